"""The value of an expression at points, over five number fields; shares no code with the calculus."""
