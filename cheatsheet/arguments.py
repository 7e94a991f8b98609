"""What the command line makes of its arguments before click reads them."""

from __future__ import annotations

import click

from cheatsheet.language.errors import near


class TakesExpression(click.Command):
    """A command with an expression, which may begin with a minus: what is no option of the command is an argument."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes_value = {
            name: not (option.is_flag or option.count)
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        }
        options: list[str] = []
        expressions: list[str] = []
        rest = iter(args)
        for argument in rest:
            if argument == "--":
                expressions += rest
                if misplaced := [a for a in expressions[1:] if a.split("=")[0] in takes_value]:
                    ctx.fail(
                        f"{misplaced[0]} stands behind --, where all is expression; options go before --"
                    )
            elif argument in takes_value:
                options += [argument, *([next(rest, "")] if takes_value[argument] else [])]
            elif argument.startswith("--") and argument.split("=")[0] in takes_value:
                options.append(argument)
            else:
                expressions.append(argument)
        named = [a.split("=")[0] for a in options]
        if twice := [name for name in named if takes_value.get(name) and named.count(name) > 1]:
            ctx.fail(f"{twice[0]} is given twice, and one of the two would count for nothing")
        mistyped = [a for a in expressions[1:] if a.startswith("--")] or expressions[:1]
        if len(expressions) > 1 and mistyped[0].startswith("--"):
            hint = near(mistyped[0], takes_value) or f"there are {', '.join(takes_value)}"
            ctx.fail(f"there is no option {mistyped[0]}; {hint}")
        return super().parse_args(ctx, [*options, "--", *expressions])
