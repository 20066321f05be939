package org.edgeways.interop;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The real programs that the tests run, each with the Debian package it comes from. */
public enum Program {
    BARESIP("baresip", "baresip-core"),
    LINPHONEC("linphonec", "linphone-cli"),
    CHROMIUM("chromium", "chromium"),
    CERTUTIL("certutil", "libnss3-tools"),
    NODE("node", "nodejs"),
    NPM("npm", "npm"),
    SIPP("sipp", "sip-tester"),
    SOCAT("socat", "socat"),
    IP("ip", "iproute2"),
    NFT("nft", "nftables"),
    DNSMASQ("dnsmasq", "dnsmasq-base"),
    SVMAP("svmap", "sipvicious"),
    SVWAR("svwar", "sipvicious"),
    SVCRACK("svcrack", "sipvicious"),
    CURL("curl", "curl"),
    KAMAILIO("kamailio", "kamailio"),
    KAMCMD("kamcmd", "kamailio"),
    SQLITE("sqlite3", "sqlite3"),
    TURNUTILS_UCLIENT("turnutils_uclient", "coturn"),
    TURNUTILS_PEER("turnutils_peer", "coturn"),
    OPENSSL("openssl", "openssl"),
    NGINX("nginx", "nginx"),
    WEBSOCKETD("websocketd", "websocketd"),
    TESTSSL("testssl", "testssl.sh"),
    SYSTEMD_ANALYZE("systemd-analyze", "systemd"),
    SETPRIV("setpriv", "util-linux");

    private final String command;
    private final String debianPackage;

    Program(String command, String debianPackage) {
        this.command = command;
        this.debianPackage = debianPackage;
    }

    /** The package to install when the program is missing. */
    public String debianPackage() {
        return debianPackage;
    }

    /**
     * Where the program is.
     *
     * @throws IllegalStateException naming the Debian package when it is not on the path: a missing peer fails a test,
     *     it never skips one
     */
    public Path path() {
        Optional<Path> found = Arrays.stream(Optional.ofNullable(System.getenv("PATH"))
                        .orElse("/usr/bin:/bin")
                        .split(File.pathSeparator, -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, command))
                .filter(Files::isExecutable)
                .findFirst();
        return found.orElseThrow(() -> new IllegalStateException(
                command + " is not installed; as root: apt-get install --no-install-recommends " + debianPackage));
    }

    @Override
    public String toString() {
        return command;
    }
}
