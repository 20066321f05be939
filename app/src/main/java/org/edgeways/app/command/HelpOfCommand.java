package org.edgeways.app.command;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.edgeways.app.failure.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code edgeways help user device add}: the help of any command, however deep; picocli's own stops at the first word. */
@Command(
        name = "help",
        mixinStandardHelpOptions = true,
        description = "Shows the help of a command.",
        footer = {"", "Examples:", "  edgeways help user", "  edgeways help user device add"})
public final class HelpOfCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Which; none: the program itself.")
    private List<String> words = List.of();

    /** Made by the command line. */
    public HelpOfCommand() {}

    @Override
    public Integer call() {
        CommandSpec own = Objects.requireNonNull(spec);
        CommandLine shown = Objects.requireNonNull(own.parent()).commandLine();
        for (String word : words) {
            CommandLine inner = shown.getSubcommands().get(word);
            if (inner == null) {
                throw new ParameterException(
                        shown,
                        "there is no command \"" + word + "\" in "
                                + shown.getCommandSpec().qualifiedName());
            }
            shown = inner;
        }
        shown.usage(own.commandLine().getOut());
        return ExitCode.DONE;
    }
}
