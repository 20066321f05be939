package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {

    @TempDir
    Path directory;

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("config.json"), text);
    }

    @Test
    void readsAnEdgeNodesConfiguration() throws Exception {
        EdgeConfig config = EdgeConfig.read(file("""
                {
                  "node": "edge1",
                  "data": "data",
                  "sipDomains": ["acorn.example"],
                  "outside": {
                    "host": "edge.acorn.example",
                    "addresses": ["198.51.100.10"],
                    "sipTlsPort": 5061,
                    "webSocketPort": 443,
                    "certificate": "edge.crt",
                    "key": "/etc/edge.key"
                  },
                  "link": {
                    "host": "edge1.perimeter.acorn.example",
                    "addresses": ["172.16.1.10"],
                    "port": 8445,
                    "certificate": "node.crt",
                    "key": "node.key",
                    "authority": "ca.crt"
                  }
                }"""));
        assertThat(config.data()).isEqualTo(directory.resolve("data"));
        assertThat(config.outside().webSocket())
                .hasValueSatisfying(web ->
                        assertThat(web.sockets()).singleElement().asString().isEqualTo("/198.51.100.10:443"));
        assertThat(config.outside().certificates())
                .containsExactly(new CertificateFiles(directory.resolve("edge.crt"), Path.of("/etc/edge.key")));
        assertThat(config.nextHops())
                .isNotEmpty()
                .allSatisfy((domain, hop) -> assertThat(hop).isEqualTo("service:pool"));
        assertThat(config.hideTopology()).isTrue();
    }

    /** An edge's configuration with these lines in {@code outside}, after its host and port. */
    private EdgeConfig edge(String outside, String more) throws Exception {
        return EdgeConfig.read(file("""
                {
                  "node": "edge1", "data": "data", "sipDomains": ["acorn.example"],
                  "outside": {"host": "edge.acorn.example", "sipTlsPort": 443 %s},
                  "link": {"host": "edge1", "port": 8445, "certificate": "a", "key": "b", "authority": "c"} %s
                }""".formatted(outside, more)));
    }

    @Test
    void withoutAnyWordOfItTheWebSocketIsOnTheSamePortAndTheCertificateSelfSigned() throws Exception {
        EdgeConfig config = edge("", "");
        assertThat(config.outside().webSocket()).hasValue(config.outside().sipTls());
        assertThat(config.outside().certificates()).isEmpty();
        assertThat(config.admin()).isEmpty();
    }

    @Test
    void theWebSocketMayHaveAPortOfItsOwnOrNone() throws Exception {
        assertThat(edge(", \"webSocketPort\": 8443", "").outside().webSocket())
                .hasValueSatisfying(web -> assertThat(web.port()).isEqualTo(8443));
        assertThat(edge(", \"webSocket\": false", "").outside().webSocket()).isEmpty();
        assertThatThrownBy(() -> edge(", \"webSocket\": false, \"webSocketPort\": 8443", ""))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure ->
                                assertThat(failure.nextStep()).contains(":3: outside.webSocketPort: has no meaning"));
    }

    @Test
    void severalCertificatesAreReadInTheirOrder() throws Exception {
        EdgeConfig config = edge(
                ", \"certificate\": \"1.crt\", \"key\": \"1.key\","
                        + " \"certificates\": [{\"certificate\": \"2.crt\", \"key\": \"2.key\"}]",
                "");
        assertThat(config.outside().certificates())
                .extracting(files -> files.certificate().getFileName().toString())
                .containsExactly("1.crt", "2.crt");
        assertThatThrownBy(() -> edge(", \"certificate\": \"1.crt\", \"certificates\": [{\"key\": \"2.key\"}]", ""))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep())
                                .contains(
                                        "outside.key: is missing", "outside.certificates[0].certificate: is missing"));
    }

    @Test
    void countersAndHealthAreReadOnLoopbackUnlessToldOtherwise() throws Exception {
        assertThat(edge("", ", \"admin\": {\"port\": 9464}")
                        .admin()
                        .orElseThrow()
                        .listen()
                        .sockets())
                .singleElement()
                .asString()
                .isEqualTo("/127.0.0.1:9464");
        assertThat(edge("", ", \"admin\": {\"port\": 9464, \"addresses\": [\"10.0.0.7\"], \"hosts\": [\"Watch\"]}")
                        .admin()
                        .orElseThrow())
                .isEqualTo(new AdminConfig(
                        new ListenConfig(List.of(InetAddress.ofLiteral("10.0.0.7")), 9464), Set.of("watch")));
    }

    @Test
    void readsAPoolsConfiguration() throws Exception {
        PoolConfig config = PoolConfig.read(file("""
                {
                  "data": "data",
                  "sipDomains": ["acorn.example"],
                  "digestAlgorithms": ["SHA-256", "MD5"],
                  "presenceDefault": "ask",
                  "inside": {
                    "host": "pool.acorn.example", "sipTlsPort": 5061, "certificate": "pool.crt", "key": "pool.key"
                  },
                  "link": {
                    "certificate": "service.crt", "key": "service.key", "authority": "ca.crt",
                    "edges": [{"host": "edge1.perimeter.acorn.example", "port": 8445, "connections": 2}]
                  }
                }"""));
        assertThat(config.link().edges())
                .containsExactly(
                        new PoolConfig.Edge("edge1.perimeter.acorn.example", "edge1.perimeter.acorn.example", 8445, 2));
        assertThat(config.inside().addresses()).hasSize(2);
        assertThat(config.limits().presence().defaultDecision()).isEqualTo(PresenceDefault.ASK);
    }

    @Test
    void aWrongFileIsRefusedWithEverythingThatIsWrong() throws Exception {
        Path file = file("""
                {
                  "data": "data",
                  "sipDomains": [],
                  "digestAlgorithms": ["ROT13"], "presenceDefault": "maybe",
                  "inside": {"host": "pool", "sipTlsPort": 0, "certificate": "a", "key": "b", "addresses": ["here"]},
                  "link": {"certificate": "a", "key": "b", "authority": "c", "edges": [{"hots": "x", "port": 1}]}
                }""");
        assertThatThrownBy(() -> PoolConfig.read(file))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep())
                                .contains(
                                        ":3: sipDomains:",
                                        ":4: digestAlgorithms:",
                                        ":4: presenceDefault: must be allow, ask or block",
                                        ":5: inside.sipTlsPort:",
                                        ":5: inside.addresses:",
                                        ":6: link.edges[0].host: is missing",
                                        ":6: link.edges[0].hots: is no known setting"));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> PoolConfig.read(directory.resolve("none.json")))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.problem())
                                .contains("none.json cannot be read: there is no such file"));
    }

    @Test
    void whatWouldMakeAStartFailWithAStackTraceIsNamedWithItsLine() throws Exception {
        Path pool = file("""
                {
                  "data": "a\\u0000b",
                  "sipDomains": ["not a domain!"],
                  "digestAlgorithms": [],
                  "inside": {"host": "a;b", "sipTlsPort": 5061, "certificate": "a", "key": "b", "addresses": []},
                  "link": {"certificate": "a", "key": "b", "authority": "c", "edges": [{"host": "x y", "port": 1}]}
                }""");
        assertThatThrownBy(() -> PoolConfig.read(pool))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep().lines())
                                .satisfiesExactlyInAnyOrder(
                                        line -> assertThat(line).contains(":2: data: must be the name of a file"),
                                        line -> assertThat(line).contains(":3: sipDomains: must be a name such as"),
                                        line -> assertThat(line).contains(":4: digestAlgorithms: must name at least"),
                                        line -> assertThat(line).contains(":5: inside.host: must be a name such as"),
                                        line -> assertThat(line).contains(":5: inside.addresses: must name at least"),
                                        line -> assertThat(line).contains(":6: link.edges[0].host: must be a name")));
    }

    @Test
    void aWrongNextHopOfAnEdgeIsNamedWithItsLine() throws Exception {
        Path edge = file("""
                {
                  "node": "edge1", "data": "data", "sipDomains": ["acorn.example"],
                  "nextHop": "pool.acorn.example",
                  "outside": {"host": "127.0.0.1", "sipTlsPort": 5061, "certificate": "a", "key": "b"},
                  "link": {"host": "::1", "port": 8445, "certificate": "a", "key": "b", "authority": "c"}
                }""");
        assertThatThrownBy(() -> EdgeConfig.read(edge))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.nextStep().lines())
                                .singleElement()
                                .asString()
                                .contains(":3: nextHop: must be service:NAME, connector:NAME or a SIP URI"));
    }

    @Test
    void aFileThatIsNoTextIsCalledThat() throws Exception {
        Path file = Files.write(directory.resolve("config.json"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> PoolConfig.read(file))
                .isInstanceOfSatisfying(
                        AppFailure.class,
                        failure -> assertThat(failure.problem()).contains("is no text in UTF-8"));
    }
}
