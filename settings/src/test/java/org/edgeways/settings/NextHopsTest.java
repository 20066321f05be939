package org.edgeways.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.settings.Acorn.problems;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests for each SIP domain go from an edge node: Routes, Sites and the only pool, and what is wrong with them. */
class NextHopsTest {

    private static final String ROUTED = "domains: [oak.example]\n  ";

    @Test
    void aDomainThatTwoRoutesClaimIsToldWithTheFirst() {
        String second = "---\nkind: Route\nname: other\nspec: {domains: [Oak.example], pool: pool}\n";
        assertThat(problems("---\nkind: Service\nname: notes", second + "---\nkind: Service\nname: notes"))
                .singleElement()
                .asString()
                .contains("spec.domains[0]: claims \"Oak.example\", which Route oak (acorn.yaml:");
    }

    @Test
    void aRouteOfADomainThatIsNotOursIsToldWithTheNearest() {
        assertThat(problems("domains: [oak.example]", "domains: [oka.example]"))
                .anySatisfy(line -> assertThat(line)
                        .contains("names \"oka.example\", which is no SIP domain of the Organisation")
                        .endsWith("did you mean \"oak.example\"?"));
    }

    @Test
    void aRouteSaysOneNextHop() {
        assertThat(problems(ROUTED + "pool: pool", ROUTED + "pool: pool\n  connector: kamailio"))
                .singleElement()
                .asString()
                .contains("spec.connector: must say one of pool, connector and address, says 2 of them");
        assertThat(problems(ROUTED + "pool: pool\n", "domains: [oak.example]\n"))
                .singleElement()
                .asString()
                .contains("must say one of pool, connector and address, says none");
    }

    @Test
    void aDomainThatGoesNowhereIsTold() {
        assertThat(problems("  site: west\n", ""))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .contains("requests for acorn.example go nowhere from EdgeNode edge2: write a Route"));
        assertThat(problems(
                        "  site: west\n",
                        "",
                        "kind: Connector",
                        "kind: Site",
                        "  server: sip:10.0.9.9:5060;transport=tcp\n",
                        "",
                        "  listen: {host: 10.0.9.8, address: 10.0.9.8}\n",
                        "",
                        "name: kamailio\nspec:\n",
                        "name: kamailio\n"))
                .as("the only pool")
                .isEmpty();
    }

    @Test
    void aRouteToAConnectorWithoutAServerIsTold() {
        assertThat(problems(
                        "  server: sip:10.0.9.9:5060;transport=tcp\n",
                        "",
                        ROUTED + "pool: pool",
                        ROUTED + "connector: kamailio"))
                .singleElement()
                .asString()
                .contains("spec.connector: names Connector kamailio, which says no SIP server");
    }

    @Test
    void theNextHopsOfANodeAreThoseOfRoutesThenOfItsSiteThenTheOnlyPool() {
        Settings settings = Acorn.settings(Acorn.TEXT.replace(
                ROUTED + "pool: pool", "domains: [oak.example, acorn.example]\n  connector: kamailio"));
        assertThat(settings.nextHops(settings.nodes().get("edge1")))
                .isEqualTo(Map.of("acorn.example", "connector:kamailio", "oak.example", "connector:kamailio"));
        settings = Acorn.settings();
        assertThat(settings.nextHops(settings.nodes().get("edge1")))
                .isEqualTo(Map.of("acorn.example", "service:pool", "oak.example", "service:pool"));
    }

    @Test
    void eachDomainMayHaveANextHopOfItsOwn() {
        Settings settings = Acorn.settings(Acorn.TEXT.replace(ROUTED + "pool: pool", ROUTED + "connector: kamailio"));
        assertThat(settings.nextHops(settings.nodes().get("edge1")))
                .isEqualTo(Map.of("acorn.example", "service:pool", "oak.example", "connector:kamailio"));
    }

    @Test
    void anAddressMayBeTheNextHopOfOneDomainAndAPoolThatOfAnother() {
        String server = "sip:10.0.0.5:5061;transport=tls";
        Settings settings =
                Acorn.settings(Acorn.TEXT.replace(ROUTED + "pool: pool", ROUTED + "address: \"" + server + "\""));
        assertThat(settings.nextHops(settings.nodes().get("edge1")))
                .isEqualTo(Map.of("acorn.example", "service:pool", "oak.example", server));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sipserver",
                "pool.service.edgeways.internal",
                "Edge1.node.EDGEWAYS.internal",
                "[::1",
                "..",
                "10.0.0"
            })
    void aServerWhoseHostGetsNoCertificateIsTold(String host) {
        assertThat(problems(ROUTED + "pool: pool", ROUTED + "address: \"sip:" + host + ":5061;transport=tls\""))
                .singleElement()
                .asString()
                .contains("spec.address: names the host \"")
                .endsWith("expected an address, or a name with a dot that does not end in edgeways.internal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip.acorn.example", "10.0.0.5", "[2001:db8::5]", "front@sip.acorn.example"})
    void aServerWhoseHostGetsOneIsNot(String host) {
        assertThat(problems(ROUTED + "pool: pool", ROUTED + "address: \"sip:" + host + ":5061;transport=tls\""))
                .isEmpty();
    }
}
