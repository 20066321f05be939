package org.edgeways.app.config;

import java.nio.file.Path;

/**
 * A certificate chain and its key, in PEM files.
 *
 * @param certificate the chain, the leaf first
 * @param key the private key, not encrypted
 */
public record CertificateFiles(Path certificate, Path key) {

    static CertificateFiles read(JsonSection section, Path base) {
        return new CertificateFiles(section.path("certificate", base), section.path("key", base));
    }
}
