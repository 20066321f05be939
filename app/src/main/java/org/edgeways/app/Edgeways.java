package org.edgeways.app;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.edgeways.app.command.AuditCommand;
import org.edgeways.app.command.CertificateCommand;
import org.edgeways.app.command.CheckCommand;
import org.edgeways.app.command.ConnectorCommand;
import org.edgeways.app.command.CountersCommand;
import org.edgeways.app.command.DemoCommand;
import org.edgeways.app.command.EdgeCommand;
import org.edgeways.app.command.HelpOfCommand;
import org.edgeways.app.command.NodeCommand;
import org.edgeways.app.command.PoolCommand;
import org.edgeways.app.command.StatusCommand;
import org.edgeways.app.command.UserCommand;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.app.failure.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code edgeways}: reads the command line, runs one command, exits with its code. */
@Command(
        name = "edgeways",
        mixinStandardHelpOptions = true,
        versionProvider = Edgeways.Version.class,
        description = "A SIP edge server for an organisation's perimeter, and the server inside that belongs to it.",
        subcommands = {
            DemoCommand.class,
            PoolCommand.class,
            ConnectorCommand.class,
            EdgeCommand.class,
            UserCommand.class,
            NodeCommand.class,
            CertificateCommand.class,
            AuditCommand.class,
            StatusCommand.class,
            CountersCommand.class,
            CheckCommand.class,
            HelpOfCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  edgeways demo", "  edgeways user list", "  edgeways help user"})
public final class Edgeways {

    /** The version of the build, from the manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Edgeways.class.getPackage().getImplementationVersion();
            return new String[] {"edgeways " + (version == null ? "(not packaged)" : version)};
        }
    }

    Edgeways() {}

    /** Runs the command and exits. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(List.of(args), out, err);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /**
     * Runs one command line in this process.
     *
     * @return the exit code
     */
    public static int run(List<String> arguments, PrintWriter out, PrintWriter err) {
        CommandLine line = commandLine();
        line.setOut(out);
        line.setErr(err);
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Path.class, Edgeways::path);
        line.setExecutionExceptionHandler((exception, command, parsed) -> failed(exception, command));
        line.setParameterExceptionHandler((exception, parsed) -> misused(exception));
        line.setExecutionStrategy(parsed -> execute(parsed, err));
        return line.execute(arguments.toArray(String[]::new));
    }

    /** The whole command tree, not yet wired to any output. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Edgeways());
        HelpLayout.arrange(line);
        return line;
    }

    /** An empty name would mean the working directory; it mostly comes from an unset variable of a script. */
    private static Path path(String name) {
        if (name.isBlank()) {
            throw new CommandLine.TypeConversionException("it must be the name of a file or directory, not empty");
        }
        return Path.of(name);
    }

    private static int execute(CommandLine.ParseResult parsed, PrintWriter err) {
        CommandLine.ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        CommandLine command = last.commandSpec().commandLine();
        boolean group = !(command.getCommand() instanceof Callable)
                && !command.getSubcommands().isEmpty()
                && !last.isUsageHelpRequested();
        if (group && !last.isVersionHelpRequested()) {
            command.usage(err);
            return ExitCode.USAGE;
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int failed(Exception exception, CommandLine command) throws Exception {
        if (!(exception instanceof AppFailure failure)) {
            throw exception;
        }
        PrintWriter err = command.getErr();
        err.println("edgeways: " + failure.problem());
        failure.nextStep().lines().forEach(step -> err.println("  " + step));
        return failure.code() == AppErrorCode.CONFIGURATION_INVALID ? ExitCode.USAGE : ExitCode.FAILED;
    }

    private static int misused(CommandLine.ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        if (exception instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !command.getSubcommands().isEmpty()) {
            err.println("edgeways: there is no command \""
                    + unmatched.getUnmatched().getFirst() + "\" here; there are "
                    + String.join(", ", command.getSubcommands().keySet()));
        } else {
            err.println("edgeways: " + exception.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(exception, err);
        }
        err.println("  See: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }
}
