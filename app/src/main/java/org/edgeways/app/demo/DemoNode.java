package org.edgeways.app.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.app.role.NodeJoining;
import org.edgeways.base.Result;
import org.edgeways.net.PrivateFile;
import org.edgeways.net.ProcessClock;
import org.edgeways.node.Member;
import org.edgeways.node.NodeFiles;
import org.edgeways.settings.snapshot.EdgeSnapshot;

/** How the demo's edge node comes to belong to the inside: by a bundle, as on a host of its own. */
final class DemoNode {

    private final DemoDirectory directory;
    private final DemoPorts ports;

    DemoNode(DemoDirectory directory, DemoPorts ports) {
        this.directory = directory;
        this.ports = ports;
    }

    /** Has it forget everything, to join anew, if it would listen elsewhere than it is to or its certificate has ended. */
    void forgetUnlessFit(Instant now) throws IOException {
        NodeFiles files = files();
        boolean fit = files.member() instanceof Result.Ok<Member>(Member member)
                && member.identity().leaf().getNotAfter().toInstant().isAfter(now)
                && files.snapshot(member) instanceof Result.Ok<Optional<EdgeSnapshot>>(Optional<EdgeSnapshot> kept)
                && kept.filter(this::listensWhereItShould).isPresent();
        if (!fit) {
            PrivateDirectory.empty(directory.edge());
        }
    }

    /** It has joined in an earlier run. */
    boolean hasJoined() {
        return files().hasJoined();
    }

    private NodeFiles files() {
        return new NodeFiles(directory.edge());
    }

    private boolean listensWhereItShould(EdgeSnapshot snapshot) {
        return snapshot.insideLeg().port() == ports.link()
                && snapshot.access()
                        .filter(access -> access.sipTlsPort() == ports.outside())
                        .isPresent();
    }

    /** Asks the running pool for a bundle, and joins with it. */
    void join(ProcessClock clock, SecureRandom random) throws IOException {
        String bundle = AdminClient.of(directory.pool())
                .ask(AdminClient.request("node-enroll").put("name", DemoOrganisation.NODE))
                .path("bundle")
                .asText();
        Path file = directory.root().resolve(DemoOrganisation.NODE + ".bundle");
        PrivateFile.write(file, bundle.getBytes(StandardCharsets.US_ASCII));
        NodeJoining.join(file, directory.edge(), clock, random, new MicrometerCounters(), _ -> {});
        Files.delete(file); // it works no more
    }
}
