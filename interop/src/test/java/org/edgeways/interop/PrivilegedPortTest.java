package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgeways.net.CertificateRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The edge on port 443 with the rights that the shipped unit gives: a user without any, one capability, no new privileges. In
 * a network namespace of its own, as root.
 */
@Tag("interop")
class PrivilegedPortTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String NOBODY = "65534";

    private final String namespace = "edgeways-port-" + ProcessHandle.current().pid();
    private final WorkDirectory directory = WorkDirectory.create();
    private final List<String> classPath = new ArrayList<>();

    @AfterEach
    void remove() throws IOException {
        ip(0, "netns", "delete", namespace);
        directory.close();
    }

    private void ip(int status, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Program.IP.path().toString()));
        command.addAll(List.of(arguments));
        try (RunningProgram running = RunningProgram.start("ip", Path.of("."), Map.of(), command)) {
            assertThat(running.awaitExit(LIMIT)).as(running.transcript().text()).isEqualTo(status);
        }
    }

    private RunningProgram edge(String name, String capabilities) {
        List<String> command = new ArrayList<>(List.of(
                Program.IP.path().toString(),
                "netns",
                "exec",
                namespace,
                Program.SETPRIV.path().toString(),
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "--no-new-privs",
                "--bounding-set=-all" + capabilities,
                "--inh-caps=-all" + capabilities,
                "--ambient-caps=-all" + capabilities));
        List<String> program = Edgeways.command(
                "edge", "--config", directory.path().resolve("edge.json").toString());
        program.set(program.indexOf("-cp") + 1, String.join(File.pathSeparator, classPath));
        command.addAll(program);
        return RunningProgram.start(name, directory.path(), Map.of(), command);
    }

    /** The class path where that user may read it: a build may lie in somebody's home. */
    private void copyClassPath() throws IOException {
        Path library = Files.createDirectory(directory.path().resolve("library"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            if (!Files.exists(from)) {
                continue;
            }
            Path to = library.resolve(classPath.size() + "-" + from.getFileName());
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Files.copy(
                            file,
                            file.equals(from)
                                    ? to
                                    : to.resolve(from.relativize(file).toString()));
                }
            }
            classPath.add(to.toString());
        }
    }

    private void prepare() throws IOException {
        copyClassPath();
        ip(0, "netns", "add", namespace);
        ip(0, "-n", namespace, "link", "set", "lo", "up");
        ObjectNode config = JsonMapper.builder().build().createObjectNode();
        config.put("node", "edge1").put("data", "data").putArray("sipDomains").add("acorn.example");
        config.putObject("outside")
                .put("host", "127.0.0.1")
                .put("sipTlsPort", 443)
                .put("certificate", "outside.crt")
                .put("key", "outside.key")
                .putArray("addresses")
                .add("127.0.0.1");
        config.putObject("link")
                .put("host", "edge1.perimeter.acorn.example")
                .put("port", 8445)
                .put("certificate", "outside.crt")
                .put("key", "outside.key")
                .put("authority", "ca.crt")
                .putArray("addresses")
                .add("127.0.0.1");
        directory.write("edge.json", config.toString());
        new TestCertificates(directory).issue(CertificateRequest.of("localhost"), directory.path(), "outside");
        try (Stream<Path> files = Files.walk(directory.path())) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", Integer.parseInt(NOBODY));
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void port443IsHadWithTheOneCapabilityAndNotWithout() throws IOException {
        prepare();
        try (RunningProgram edge = edge("port-443-without", "")) {
            assertThat(edge.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(edge.transcript().text()).contains("443").contains("CAP_NET_BIND_SERVICE");
        }
        try (RunningProgram edge = edge("port-443", ",+net_bind_service")) {
            edge.transcript().await("the edge is ready", Pattern.compile("The edge is ready"), LIMIT);
            assertThat(Files.readAllLines(Path.of("/proc/" + edge.processId() + "/status")))
                    .contains("NoNewPrivs:\t1", "CapEff:\t0000000000000400", "Uid:\t65534\t65534\t65534\t65534");
        }
    }
}
