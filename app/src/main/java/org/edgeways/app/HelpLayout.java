package org.edgeways.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.edgeways.app.failure.ExitCode;
import picocli.CommandLine;

/**
 * Lays out the help of every command: prose is one paragraph, which picocli breaks to the terminal's width, and not the lines
 * in which the source has it, of which each would be broken by itself; examples are lines of their own; the meaning of the exit
 * codes is the end.
 */
final class HelpLayout {

    private static final String EXAMPLE = "  ";

    private HelpLayout() {}

    /** Of a command and all below it, also of one that is added later. */
    static void arrange(CommandLine line) {
        CommandLine.Model.UsageMessageSpec help = line.getCommandSpec().usageMessage();
        String[] description = help.description();
        if (description.length > 1) { // the first line is what lists of commands show
            help.description(
                    description[0], String.join(" ", Arrays.asList(description).subList(1, description.length)));
        }
        List<String> footer = paragraphs(List.of(help.footer()));
        if (footer.stream().noneMatch(text -> text.contains("Exit codes:"))) {
            footer.addAll(List.of("", ExitCode.HELP));
        }
        help.footer(footer.toArray(String[]::new));
        line.getSubcommands().values().forEach(HelpLayout::arrange);
    }

    private static List<String> paragraphs(List<String> lines) {
        List<String> laid = new ArrayList<>();
        for (String text : lines) {
            String before = laid.isEmpty() ? "" : laid.getLast();
            if (goesOn(before, text)) {
                laid.set(laid.size() - 1, before + " " + text);
            } else {
                laid.add(text);
            }
        }
        return laid;
    }

    private static boolean goesOn(String before, String text) {
        return !before.isEmpty()
                && !text.isEmpty()
                && !before.startsWith(EXAMPLE)
                && !text.startsWith(EXAMPLE)
                && !before.endsWith(":");
    }
}
