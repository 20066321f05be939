package org.edgeways.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One message of RFC 4475 or RFC 5118 with what must become of it, as {@code torture/manifest.txt} says. What the words in
 * the columns mean stands there.
 *
 * @param file below {@code torture/}
 * @param section of its RFC
 * @param parse what the parser says
 * @param proxy what a proxy does
 * @param registrar what the registrar does with a REGISTER; {@code -} for all else
 */
public record TortureMessage(String file, String section, String parse, String proxy, String registrar) {

    /** All of them, in the order of the manifest. */
    public static List<TortureMessage> all() {
        List<TortureMessage> all = new ArrayList<>();
        String manifest = new String(resource("manifest.txt"), StandardCharsets.UTF_8);
        for (String line : manifest.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] columns = line.split("\\|", -1);
                if (columns.length != 5) {
                    throw new IllegalStateException("five columns are expected: " + line);
                }
                all.add(new TortureMessage(
                        columns[0].strip(),
                        columns[1].strip(),
                        columns[2].strip(),
                        columns[3].strip(),
                        columns[4].strip()));
            }
        }
        return all;
    }

    /** The message itself. */
    public byte[] bytes() {
        return resource(file);
    }

    private static byte[] resource(String name) {
        try (InputStream in = TortureMessage.class.getResourceAsStream("/torture/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Override
    public String toString() {
        return file + " (" + section + ")";
    }
}
