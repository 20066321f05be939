package org.edgeways.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;
import org.edgeways.net.CertificateKeys;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgeways certificate …}: the certificates that a running pool's authority has issued. */
@Command(
        name = "certificate",
        mixinStandardHelpOptions = true,
        description =
                "Shows the certificates of nodes and of the inside, renews and refuses single ones, and issues those of SIP servers.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  edgeways certificate list",
            "  edgeways certificate renew 3f0c…",
            "  edgeways certificate refuse 3f0c…",
            "  edgeways certificate issue sip.inside.acorn.example"
        })
public final class CertificateCommand {

    @Mixin
    private final PoolOptions pool = new PoolOptions();

    /** Made by the command line. */
    public CertificateCommand() {}

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what was issued and has not long expired.",
                "Of nodes and of the pool the one that they have now is in use; a good one that was issued may not have come to its",
                "node. Of connectors and SIP servers that is not known."
            },
            footer = {"", "Example:", "  edgeways certificate list"})
    int list() {
        JsonNode answer = pool.ask(AdminClient.request("certificate-list"));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : answer.path("certificates")) {
            rows.add(List.of(
                    each.path("serial").asText(),
                    each.path("kind").asText(),
                    each.path("name").asText(),
                    each.path("expires").asText(),
                    each.hasNonNull("refused") ? "refused" : each.path("inUse").asBoolean() ? "in use" : "good"));
        }
        return pool.show(answer, () -> Output.table(List.of("SERIAL", "KIND", "NAME", "EXPIRES", "STATE"), rows));
    }

    @Command(
            name = "refuse",
            mixinStandardHelpOptions = true,
            description = {
                "Refuses one certificate from now on, here and at all nodes that are connected.",
                "Who uses it is cut off; a node must join anew, and if it is the pool's own, the pool takes another first. To put no good",
                "node out, have it take another one before, with `renew`, and refuse the old one when `list` shows the new one in use.",
                "A connector hears of it by way of the nodes that it is linked with; one that is linked with this node alone hears it",
                "of this node, which holds it back if somebody has taken it over: take its document out of the connector's settings too."
            },
            footer = {"", "Example:", "  edgeways certificate refuse 3f0c5a"})
    int refuse(
            @Parameters(paramLabel = "SERIAL", description = "Its serial number, hexadecimal, as in the list.")
                    String serial) {
        JsonNode answer = pool.ask(AdminClient.request("certificate-refuse").put("serial", serial));
        return pool.show(
                answer,
                () -> "The certificate " + answer.path("serial").asText() + " of "
                        + answer.path("kind").asText() + " "
                        + answer.path("name").asText() + " is refused."
                        + (answer.path("kind").asText().equals("node")
                                        && answer.path("inUse").asBoolean()
                                ? " It is the one that the node has: the node is cut off, and must join anew."
                                : "")
                        + System.lineSeparator());
    }

    @Command(
            name = "renew",
            mixinStandardHelpOptions = true,
            description = {
                "Has the holder of a certificate take another one now, with a new key, though two thirds of its life are not over.",
                "No connection is dropped: what is open stays on the old certificate, what is opened from now on has the new one.",
                "For a node that is connected, and for the pool's own. The old one is not refused by this: if its key may be in other hands,",
                "refuse it when `edgeways certificate list` shows the new one in use, and not before. Connectors and SIP servers get theirs by `connector enroll` and `certificate issue`."
            },
            footer = {"", "Example:", "  edgeways certificate renew 3f0c5a"})
    int renew(
            @Parameters(paramLabel = "SERIAL", description = "Its serial number, hexadecimal, as in the list.")
                    String serial) {
        JsonNode answer = pool.ask(AdminClient.request("certificate-renew").put("serial", serial));
        boolean ofNode = answer.path("kind").asText().equals("node");
        return pool.show(
                answer,
                () -> (ofNode
                                ? "Node " + answer.path("name").asText() + " was told to take another certificate"
                                : "The pool has another certificate now")
                        + ": edgeways certificate list shows when it is in use." + System.lineSeparator());
    }

    @Command(
            name = "issue",
            mixinStandardHelpOptions = true,
            description = {
                "Issues a certificate for a SIP server that edge nodes dial: the host in the address of a Route.",
                "Writes HOST.crt and HOST.key, whose key is made here, and authority.crt: the server has to ask its peers for",
                "certificates of that authority and trust no other there. Good for 90 days; nobody renews it: issue another in",
                "time, into the same directory, and have the server read it. edgeways status shows the days that are left.",
                "Also authority.crl, the certificates of that authority that are refused, as far as that is so now: the pool goes on",
                "writing its own into control/authority of its data directory, to be brought to the server at every change."
            },
            footer = {"", "Example:", "  edgeways certificate issue sip.inside.acorn.example --out server"})
    int issue(
            @Parameters(paramLabel = "HOST", description = "The host in the address of a Route of the settings.")
                    String host,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            defaultValue = ".",
                            description = "Where to write the files (default: this directory).")
                    Path out) {
        writable(out);
        KeyPair keys = CertificateKeys.make(new SecureRandom());
        JsonNode answer = pool.ask(AdminClient.request("certificate-issue")
                .put("host", host)
                .put("request", Pem.requestText(SigningRequest.make(keys.getPrivate(), keys.getPublic(), host))));
        List<X509Certificate> chain = Pem.certificates(answer.path("chain").asText(), "the pool's answer")
                .orThrow();
        Path certificate = out.resolve(host + ".crt");
        Path key = out.resolve(host + ".key");
        try {
            Pem.writeIdentity(certificate, key, new TlsIdentity(keys.getPrivate(), chain));
            Pem.writeCertificates(out.resolve("authority.crt"), List.of(chain.getLast()));
            Pem.writeRevocations(
                    out.resolve("authority.crl"), answer.path("revocations").asText());
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "the certificate cannot be written: " + IoReason.of(e),
                    "It was issued all the same: edgeways certificate list shows it, edgeways certificate refuse SERIAL refuses it."
                            + " Name another directory for another: --out DIR.",
                    e);
        }
        return pool.show(
                answer,
                () -> "The certificate of " + host + " is in " + certificate + ", its key in " + key + ", good until "
                        + answer.path("expires").asText() + "." + System.lineSeparator());
    }

    /** Makes the directory and tries it before anything is asked: what is issued is recorded, and useless without its key. */
    private static void writable(Path out) {
        try {
            if (!Files.isDirectory(out)) {
                Path above = out.toAbsolutePath().getParent();
                if (above != null) {
                    Files.createDirectories(above);
                }
                Files.createDirectory(
                        out, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.delete(Files.createTempFile(out, "try", null));
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.DATA_UNUSABLE,
                    "nothing can be written into " + out + ", and so nothing was issued: " + IoReason.of(e),
                    "Name another directory: --out DIR.",
                    e);
        }
    }
}
