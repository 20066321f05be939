package org.edgeways.app.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate chain and its key, in PEM files.
 *
 * @param certificate the chain, the leaf first
 * @param key the private key, not encrypted
 */
public record CertificateFiles(Path certificate, Path key) {

    /**
     * Reads {@code certificate} and {@code key}, both or none of them, and after them the objects of {@code certificates},
     * each with both.
     */
    static List<CertificateFiles> readSeveral(JsonSection section, Path base) {
        List<CertificateFiles> all = new ArrayList<>();
        if (section.has("certificate") || section.has("key")) {
            all.add(read(section, base));
        }
        for (JsonSection more : section.sections("certificates")) {
            all.add(read(more, base));
            more.end();
        }
        return List.copyOf(all);
    }

    static CertificateFiles read(JsonSection section, Path base) {
        return new CertificateFiles(section.path("certificate", base), section.path("key", base));
    }
}
