package org.edgeways.base;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an input or output failure means, in words for a person instead of the name of an exception. */
public final class IoReason {

    private IoReason() {}

    /** The file, where there is one, and what is wrong, such as {@code /etc/edge.key: permission denied}. */
    public static String of(IOException failure) {
        if (failure instanceof FileSystemException file && file.getFile() != null) {
            return file.getFile() + ": " + ofFile(file);
        }
        return withoutFile(failure);
    }

    /** What is wrong, without the file's name, for those who have named it. */
    public static String withoutFile(IOException failure) {
        if (failure instanceof FileSystemException file) {
            return ofFile(file);
        }
        String message = failure.getMessage();
        Throwable cause = failure.getCause();
        if (message == null || cause != null && message.equals(cause.toString())) {
            return cause instanceof IOException below ? of(below) : text(cause == null ? null : cause.getMessage());
        }
        return message;
    }

    /** The failure is that the person who runs the program may not do this. */
    public static boolean isDenied(IOException failure) {
        String message = failure.getMessage();
        return failure instanceof AccessDeniedException
                || message != null && message.toLowerCase(Locale.ROOT).contains("permission denied");
    }

    private static String ofFile(FileSystemException failure) {
        String reason = failure.getReason();
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "there is something of that name already";
            default -> text(reason);
        };
    }

    private static String text(@Nullable String reason) {
        return reason == null || reason.isBlank()
                ? "it cannot be read or written"
                : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
