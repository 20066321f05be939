package org.edgeways.app.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: warnings to standard error, everything from INFO to a file in the data directory. One line per
 * event, also for exceptions and for text from peers that contains line ends.
 */
public final class Logs {

    /** The log's name in the data directory. */
    public static final String FILE_NAME = "edgeways.log";

    /** The file is rolled at this size, in bytes. */
    static final long FILE_SIZE_BYTES = 16L * 1024 * 1024;

    /** How many rolled files are kept. */
    static final int FILES_KEPT = 5;

    private static final String ONE_LINE =
            "%replace(%msg){'[\\r\\n]+',' | '}%replace(%ex{12}){'[\\r\\n]+\\s*',' | '}%nopex%n";

    private Logs() {}

    /**
     * Sends log lines to {@code directory} and to standard error.
     *
     * @param console the least level that standard error gets, for example {@code WARN}
     * @throws AppFailure if the log file cannot be made
     */
    public static void toFile(Path directory, Level console) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        context.getLogger("io.netty").setLevel(Level.WARN);
        // a host with loopback alone has no hardware address, and nothing here needs one
        context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
        context.getLogger("com.zaxxer.hikari").setLevel(Level.WARN);
        context.getLogger("org.flywaydb").setLevel(Level.WARN);
        root.addAppender(console(context, console));
        root.addAppender(file(context, directory));
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context, Level level) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setTarget("System.err");
        ThresholdFilter filter = new ThresholdFilter();
        filter.setLevel(level.toString());
        filter.start();
        appender.addFilter(filter);
        return started(context, appender, "%d{HH:mm:ss.SSS} %-5level " + ONE_LINE);
    }

    private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw unusable("the log cannot be made: " + IoReason.of(e), e);
        }
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setFile(file.toString());
        FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file + ".%i");
        rolling.setMinIndex(1);
        rolling.setMaxIndex(FILES_KEPT);
        rolling.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(new FileSize(FILE_SIZE_BYTES));
        trigger.start();
        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(trigger);
        started(context, appender, "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} " + ONE_LINE);
        if (!appender.isStarted()) {
            throw unusable("the log " + file + " cannot be written", null);
        }
        return appender;
    }

    private static AppFailure unusable(String problem, @Nullable IOException cause) {
        return new AppFailure(
                AppErrorCode.DATA_UNUSABLE,
                problem,
                "The data directory and what is in it must belong to the user who runs this; name another one, or correct its"
                        + " rights.",
                cause);
    }

    private static <A extends OutputStreamAppender<ILoggingEvent>> A started(
            LoggerContext context, A appender, String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
