package org.edgeways.app.failure;

/** What the program's exit codes mean. */
public final class ExitCode {

    /** Done. */
    public static final int DONE = 0;

    /** Something failed or was refused. */
    public static final int FAILED = 1;

    /** The command line or a configuration file is wrong. */
    public static final int USAGE = 2;

    /** What the codes mean, a line for the help of every command that has not its own. */
    public static final String HELP = "Exit codes: 0 done, 1 failed or refused, 2 wrong usage or configuration.";

    private ExitCode() {}
}
