package org.edgeways.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.edgeways.settings.Acorn.problems;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.settings.kind.UsualSettings;
import org.edgeways.settings.text.Problem;
import org.edgeways.settings.text.SettingsErrorCode;
import org.junit.jupiter.api.Test;

/** Whole sets, each from the sound one with something changed. */
class SettingsReaderTest {

    private static int line(String text) {
        return (int) Acorn.TEXT
                        .substring(0, Acorn.TEXT.indexOf(text))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }

    private static SettingsOutcome read(String... texts) {
        List<SettingsFile> files = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            files.add(new SettingsFile(i + ".yaml", texts[i]));
        }
        return SettingsReader.read(files);
    }

    @Test
    void aSoundSetIsReadWhole() {
        Settings settings = Acorn.settings();
        assertThat(settings.name()).isEqualTo("acorn");
        assertThat(settings.nodes()).containsOnlyKeys("edge1", "edge2");
        assertThat(settings.limitsOf(settings.nodes().get("edge1")).requests().failedCredentials())
                .isEqualTo(20);
        assertThat(settings.limitsOf(settings.nodes().get("edge2"))).isEqualTo(UsualSettings.access());
        assertThat(settings.services().get("notes").socket()).contains("/run/notes.sock");
    }

    @Test
    void howDocumentsAreSpreadOverFilesDoesNotMatter() {
        List<SettingsFile> files = new ArrayList<>();
        for (String document : Acorn.TEXT.split("---\n", -1)) {
            files.addFirst(new SettingsFile(files.size() + ".yaml", document));
        }
        assertThat(SettingsReader.read(files)).isEqualTo(new SettingsOutcome.Good(Acorn.settings()));
    }

    @Test
    void aWrongKindIsToldWithTheNearest() {
        assertThat(problems("kind: Site", "kind: Sit"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("acorn.yaml:" + line("kind: Site") + ": kind: must be one of Organisation, Site,")
                        .endsWith("is \"Sit\"; did you mean \"Site\"?"));
    }

    @Test
    void aKeyBesideTheSpecIsToldToBelongBelowIt() {
        assertThat(problems("kind: Site\n", "kind: Site\npool: pool\n"))
                .singleElement()
                .asString()
                .contains(": pool: is no key of a document; known here: kind, name, spec");
    }

    @Test
    void aNameThatNamesNothingIsToldWithTheNearest() {
        assertThat(problems("settings: strict", "settings: stritc"))
                .containsExactly("acorn.yaml:" + line("settings: strict")
                        + ": spec.access.settings: names \"stritc\", but there is no AccessSettings of that name; "
                        + "there are strict; did you mean \"strict\"?");
    }

    @Test
    void aNameOfADocumentThatIsWrongItselfIsNotDangling() {
        assertThat(problems("failedCredentials: 20", "failedCredentials: 0"))
                .singleElement()
                .asString()
                .contains("spec.requests.failedCredentials");
    }

    @Test
    void twoDocumentsOfOneKindAndNameAreToldWithThePlaceOfTheFirst() {
        assertThat(problems("name: edge2", "name: edge1", "nodes: [edge2]", "nodes: [edge1]"))
                .containsExactly("acorn.yaml:" + (line("name: edge2") - 1)
                        + ": name: is \"edge1\", as is that of EdgeNode edge1 (acorn.yaml:"
                        + (line("name: edge1") - 1) + ")");
    }

    @Test
    void aNodeThatIsCalledAsTheHostOfAnotherIsRefused() {
        assertThat(problems("name: edge2", "name: edge1.node.edgeways.internal", "nodes: [edge2]", "nodes: [edge1]"))
                .containsExactly("acorn.yaml:" + line("name: edge2")
                        + ": name: must be a name of lower-case letters, digits and hyphens, such as edge1,"
                        + " is \"edge1.node.edgeways.internal\"");
        assertThat(problems("name: strict", "name: strict.ones", "settings: strict", "settings: strict.ones"))
                .as("other documents are no hosts")
                .isEmpty();
    }

    @Test
    void aNodeMustSayOnWhichAddressesItsInsideLegListens() {
        assertThat(problems("    addresses: [10.3.0.11]\n", ""))
                .singleElement()
                .asString()
                .contains("spec.insideLeg.addresses: is missing");
    }

    @Test
    void documentsOfDifferentKindsMayHaveOneName() {
        assertThat(problems("name: acorn", "name: pool")).isEmpty();
    }

    @Test
    void aSetWithoutAnOrganisationIsNotComplete() {
        assertThat(read("kind: Site\nname: west\n"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Bad.class,
                        bad -> assertThat(bad.problems().getFirst().code())
                                .isEqualTo(SettingsErrorCode.DOCUMENT_MISSING));
        assertThat(read()).isInstanceOf(SettingsOutcome.Bad.class);
    }

    @Test
    void aSecondOrganisationIsRefused() {
        String organisation = "kind: Organisation\nname: a\nspec: {sipDomains: [a.example]}\n";
        assertThat(read(organisation, organisation.replace("name: a", "name: b")))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Bad.class,
                        bad -> assertThat(bad.shortly()).contains("1.yaml:1", "one Organisation only"));
    }

    @Test
    void aSipDomainThatStandsTwiceIsToldWhateverItsCase() {
        assertThat(problems("sipDomains: [acorn.example, oak.example]", "sipDomains: [acorn.example, ACORN.example]"))
                .anySatisfy(line -> assertThat(line).contains("sipDomains[1]: names \"ACORN.example\" a second time"));
    }

    @Test
    void twoListenersOfANodeOnOnePortAreTold() {
        assertThat(problems("port: 5062\n", "port: 443\n"))
                .containsExactly("acorn.yaml:" + line("port: 5062")
                        + ": spec.insideLeg.port: claims port 443, which access.sipTlsPort of the same host has");
    }

    @Test
    void onePortOnTwoAddressesIsFine() {
        assertThat(problems(
                        "host: sip.acorn.example\n",
                        "host: sip.acorn.example\n    addresses: [192.0.2.1]\n",
                        "port: 5062\n",
                        "port: 443\n"))
                .isEmpty();
        assertThat(problems(
                        "host: sip.acorn.example\n",
                        "host: sip.acorn.example\n    addresses: [192.0.2.1]\n",
                        "port: 5062\n",
                        "port: 443\n",
                        "addresses: [10.3.0.11]",
                        "addresses: ['::']"))
                .hasSize(1);
    }

    @Test
    void theWebSocketMayShareThePortOfSipOverTls() {
        assertThat(problems("host: sip.acorn.example\n", "host: sip.acorn.example\n    webSocketPort: 443\n"))
                .isEmpty();
    }

    @Test
    void twoNodesWithOneNameOnTheInsideLegAreTold() {
        assertThat(problems("host: edge2.perimeter.acorn.example", "host: EDGE1.perimeter.acorn.example"))
                .anySatisfy(
                        line -> assertThat(line).contains("spec.insideLeg.host: claims edge1.perimeter.acorn.example"));
    }

    @Test
    void twoNodesThatAreDialledAtOneAddressAreTold() {
        assertThat(problems("dialAddress: 10.1.0.12", "dialAddress: 10.1.0.11"))
                .singleElement()
                .asString()
                .contains("spec.insideLeg.dialAddress: claims 10.1.0.11 port 5062, which EdgeNode edge1");
    }

    /** What is not said is no contradiction: there are fewer ports than the usual 10,000 then, which 508 tells. */
    @Test
    void moreAllocationsThanThereArePortsAreTold() {
        String av = "roles: [access, av]\n  av: {addresses: [10.3.0.11], host: sip.acorn.example%s}\n";
        assertThat(problems("roles: [access]\n", av.formatted(", relayPorts: 50000-50999")))
                .isEmpty();
        assertThat(problems("roles: [access]\n", av.formatted(", relayPorts: 50000-50999, all: {allocations: 1000}")))
                .isEmpty();
        assertThat(problems("roles: [access]\n", av.formatted(", relayPorts: 50000-50999, all: {allocations: 1001}")))
                .singleElement()
                .asString()
                .contains(
                        "spec.av.all.allocations: (1001) must not be more than relayPorts have on all addresses (1000)");
        assertThat(problems("roles: [access]\n", av.formatted(", all: {allocations: 16384}")))
                .isEmpty();
        assertThat(problems("roles: [access]\n", av.formatted(", relayPorts: none, all: {allocations: 16385}")))
                .singleElement()
                .asString()
                .contains("(16384)");
    }

    @Test
    void allSitesTogetherNameAsManyNetworksAsFitIntoASnapshot() {
        StringBuilder sites = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            List<String> networks = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                networks.add("10." + i + "." + j + ".0/24");
            }
            sites.append("---\nkind: Site\nname: site" + i + "\nspec: {networks: " + networks + "}\n");
        }
        assertThat(problems("---\nkind: Route", sites + "---\nkind: Route")).isEmpty();
        sites.append("---\nkind: Site\nname: zone\nspec: {networks: [10.200.0.0/24]}\n");
        assertThat(problems("---\nkind: Route", sites + "---\nkind: Route"))
                .singleElement()
                .asString()
                .contains("spec.networks: are with those of other Sites more than 10000");
    }

    @Test
    void aNetworkOfTwoSitesIsTold() {
        String west = "kind: Site\nname: west\nspec: {networks: [10.2.0.0/16, 2001:db8::/32]}\n";
        String east = "kind: Site\nname: east\nspec: {networks: [10.0.0.0/8, 10.2.3.4/16, 2001:DB8:0::1/32]}\n";
        assertThat(read(west, east))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Bad.class,
                        bad -> assertThat(bad.problems())
                                .extracting(Object::toString)
                                .filteredOn(line -> line.contains("networks"))
                                .satisfiesExactly(
                                        line -> assertThat(line)
                                                .contains(
                                                        "key=spec.networks[1], what=claims 10.2.0.0/16, which Site west"),
                                        line -> assertThat(line)
                                                .contains(
                                                        "key=spec.networks[2], what=claims 2001:db8:0:0:0:0:0:0/32, which")));
    }

    @Test
    void aLinkThatNodesWouldCloseIsTold() {
        assertThat(problems("name: pool\nspec:\n", "name: pool\nspec:\n  link: {keepAlive: 50s, pongTimeout: 10s}\n"))
                .as("one for each node")
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("keepAlive (50s) and pongTimeout (10s) together must be less than linkSilence (1m)"));
    }

    @Test
    void aConnectorSaysWhereItsServerReachesItAndWhatTlsNeeds() {
        assertThat(problems("  listen: {host: 10.0.9.8, address: 10.0.9.8}\n", ""))
                .singleElement()
                .asString()
                .contains("listen: is missing");
        assertThat(problems("5060;transport=tcp", "5061"))
                .singleElement()
                .asString()
                .contains("certificate: is missing");
        assertThat(problems("transport=tcp", "transport=sctp"))
                .singleElement()
                .asString()
                .contains("has the transport \"sctp\", must have tls, tcp or udp");
    }

    @Test
    void aServiceNamesTheConnectorThatReachesIt() {
        assertThat(problems("socket: /run/notes.sock", "socket: /run/notes.sock\n  connector: kamailio"))
                .isEmpty();
        assertThat(problems("socket: /run/notes.sock", "socket: /run/notes.sock\n  connector: kamalio"))
                .singleElement()
                .asString()
                .contains("did you mean \"kamailio\"?");
    }

    @Test
    void aConnectorThatIsNamedAsAPoolIsTold() {
        assertThat(problems("name: kamailio", "name: pool"))
                .singleElement()
                .asString()
                .contains("name: is \"pool\", as is that of Pool pool");
    }

    @Test
    void aSecondPoolWhichThisVersionDoesNotRunIsTold() {
        String second =
                "---\nkind: Pool\nname: east\nspec:\n  inside: {host: east.acorn.example, certificate: inside}\n";
        assertThat(problems("---\nkind: Service\nname: notes", second + "---\nkind: Service\nname: notes"))
                .singleElement()
                .asString()
                .contains(": kind: this version runs one Pool only, and the first is Pool pool (acorn.yaml:");
    }

    @Test
    void aServiceCannotTakeTheLinksOwnNames() {
        for (String own : List.of("control", "relay-credentials")) {
            assertThat(problems("name: notes", "name: " + own))
                    .singleElement()
                    .asString()
                    .contains("must not be \"" + own + "\"");
        }
    }

    @Test
    void aServiceHasOneOrigin() {
        assertThat(problems("socket: /run/notes.sock", "socket: /run/notes.sock\n  port: 80"))
                .singleElement()
                .asString()
                .contains("host and port, or socket");
    }

    @Test
    void aRoleThatNobodyServesYetIsTold() {
        assertThat(problems("roles: [access]", "roles: [access, publishing]"))
                .singleElement()
                .asString()
                .contains("spec.roles[1]: is a role that this version cannot serve yet");
    }

    @Test
    void aRelayNeedsItsBlockAndAnAccessEdgeBesideIt() {
        assertThat(problems("roles: [access]", "roles: [access, av]"))
                .singleElement()
                .asString()
                .contains("spec.av: is missing, but the node has the role av");
        assertThat(problems("roles: [access]", "roles: [av]\n  av: {addresses: [198.51.100.10]}"))
                .singleElement()
                .asString()
                .contains("spec.roles: name av without access");
        assertThat(problems("roles: [access]", "roles: [access, av]\n  av: {addresses: [198.51.100.10]}"))
                .isEmpty();
    }

    @Test
    void aRelayWithAnAddressOfItsOwnSaysHowItIsReached() {
        for (String[] access : new String[][] {
            {"[198.51.100.10]", "[198.51.100.11]", "198.51.100.11"},
            {"[198.51.100.10]", "[\"2001:db8::11\"]", "2001:db8::11"},
            {"[198.51.100.10, \"2001:db8::10\"]", "[198.51.100.10, \"2001:db8::11\"]", "2001:db8::11"},
            {"[198.51.100.10]", "[198.51.100.10]", ""},
            {"[198.51.100.10]", "[198.51.100.10, \"2001:db8::10\"]", ""},
            {"[0.0.0.0]", "[198.51.100.11]", ""},
            {"[\"::\"]", "[198.51.100.11]", ""},
        }) {
            String roles = "roles: [access, av]\n  av: {addresses: " + access[1] + "%s}\n  access:\n    addresses: "
                    + access[0];
            List<String> found = problems("roles: [access]\n  access:", roles.formatted(""));
            if (access[2].isEmpty()) {
                assertThat(found).as(roles).isEmpty();
            } else {
                assertThat(found)
                        .as(roles)
                        .singleElement()
                        .asString()
                        .contains("av.host")
                        .contains(access[2] + " of av.addresses");
            }
            assertThat(problems("roles: [access]\n  access:", roles.formatted(", host: media.acorn.example")))
                    .isEmpty();
        }
    }

    @Test
    void whatDoesNotGoTogetherInARelayIsTold() {
        assertThat(problems(
                        "roles: [access]",
                        "roles: [access, av]\n  av: {addresses: [198.51.100.10, 198.51.100.11], relayPorts: 49153-65535,"
                                + " usualLifetime: 2h}"))
                .hasSize(3);
        assertThat(problems("roles: [access]", "roles: [access, av]\n  av: {addresses: [0.0.0.0], relayPorts: none}"))
                .singleElement()
                .asString()
                .contains("must name the address that relayed ports have");
        assertThat(
                        problems(
                                "roles: [access]",
                                "roles: [access, av]\n  av: {addresses: [198.51.100.10], deny: [10.0.0.0], allow: [10.0.0.0/33]}"))
                .hasSize(2);
        assertThat(problems(
                        "roles: [access]",
                        "roles: [access, av]\n  av: {addresses: [198.51.100.10], insideHost: av.acorn.example}"))
                .singleElement()
                .asString()
                .contains("spec.av.insideHost: is said, but insideAddresses are not");
    }

    @Test
    void whoIsSentToAnotherRelayFindsOneThereAndNotTheSame() {
        String relay = "roles: [access, av]\n  av: {addresses: [198.51.100.10], alternate: %s}";
        String other =
                "  site: west\n  roles: [access, av]\n  av: {addresses: [10.2.0.12], udpPort: %d}\n  access:\n    host: sip2";
        String second = "  site: west\n  access:\n    host: sip2";
        assertThat(problems("roles: [access]", relay.formatted("edge2"), second, other.formatted(3478)))
                .isEmpty();
        assertThat(problems("roles: [access]", relay.formatted("edge1")))
                .singleElement()
                .asString()
                .contains("spec.av.alternate: names the node itself");
        assertThat(problems("roles: [access]", relay.formatted("edge2")))
                .singleElement()
                .asString()
                .contains("spec.av.alternate: names EdgeNode edge2, which has not the role av");
        assertThat(problems("roles: [access]", relay.formatted("edge3")))
                .singleElement()
                .asString()
                .contains("spec.av.alternate: names \"edge3\", but there is no EdgeNode of that name");
        // clients see the public address of edge2 in place of its own
        String same = relay.replace("10]", "77]").formatted("edge2");
        assertThat(problems("roles: [access]", same, second, other.formatted(3478)))
                .singleElement()
                .asString()
                .contains("spec.av.alternate: names EdgeNode edge2, which clients reach at the same address and port");
        assertThat(problems("roles: [access]", same, second, other.formatted(3479)))
                .isEmpty();
    }

    @Test
    void insideARelayTakesNoPortFromTheLink() {
        String relay = "roles: [access, av]\n  av: {addresses: [198.51.100.10], insideAddresses: [%s], udpPort: 5062}";
        assertThat(problems("roles: [access]", relay.formatted("10.3.0.11")))
                .singleElement()
                .asString()
                .contains("spec.av.udpPort: claims port 5062, which insideLeg.port of the same host has");
        assertThat(problems("roles: [access]", relay.formatted("10.3.0.99"))).isEmpty();
        assertThat(problems("roles: [access]", relay.formatted("10.3.0.11").replace("5062", "443")))
                .as("the shared port, at all addresses, takes its clients already")
                .isEmpty();
    }

    @Test
    void keysOfTheOldFilesAreToldWithWhatToDo() {
        assertThat(problems(
                        "roles: [access]", "roles: [access]\n  sipDomains: [acorn.example]\n  nextHop: service:pool"))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .endsWith("spec.nextHop: is said in another way now: write a document of kind Route"));
    }

    @Test
    void problemsOfAllFilesAreToldTogetherByFileAndLine() {
        SettingsOutcome outcome = read("kind: Sit\nname: a\n", "kind: Site\nname: B\nspec: {pol: x}\n", "]");
        assertThat(((SettingsOutcome.Bad) outcome)
                        .problems().stream().map(problem -> problem.place().toString()))
                .containsExactly("0.yaml:1", "1.yaml:2", "1.yaml:3", "2.yaml:1");
    }

    @Test
    void moreDocumentsThanAllowedAreRefusedOnceEach() {
        StringBuilder text = new StringBuilder("kind: Organisation\nname: a\nspec: {sipDomains: [a.example]}\n---\n");
        for (int i = 1; i < SettingsReader.MOST_DOCUMENTS; i++) {
            text.append("kind: Site\nname: s%d\n---\n".formatted(i));
        }
        assertThat(read(text.toString())).isInstanceOf(SettingsOutcome.Good.class);
        assertThat(read(text.toString(), "kind: Site\nname: last\n"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Bad.class,
                        bad -> assertThat(bad.problems().getFirst().code()).isEqualTo(SettingsErrorCode.TOO_LARGE));
    }

    @Test
    void asManyServicesAsAllowedAreTakenAndOneMoreIsRefused() {
        StringBuilder text = new StringBuilder("kind: Organisation\nname: a\nspec: {sipDomains: [a.example]}\n---\n");
        for (int i = 0; i < 1_000; i++) {
            text.append("kind: Service\nname: s%d\nspec: {socket: /s}\n---\n".formatted(i));
        }
        assertThat(read(text.toString())).isInstanceOf(SettingsOutcome.Good.class);
        assertThat(read(text.toString(), "kind: Service\nname: last\nspec: {socket: /s}\n"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Bad.class,
                        bad -> assertThat(bad.shortly())
                                .isEqualTo("1.yaml:1: kind: is one of more than 1000 services"));
    }

    @Test
    void aKeyWithLineBreaksOrWithoutEndStaysOneReadableLine() {
        SettingsOutcome outcome =
                read("\"a\\nforged.yaml:1: b\": 1\n\"" + "x".repeat(900) + "\": 2\nkind: Site\nname: s\n");
        assertThat(((SettingsOutcome.Bad) outcome).problems().stream().map(Problem::text))
                .allSatisfy(line -> assertThat(line).doesNotContain("\n").hasSizeLessThan(600))
                .hasSize(2);
    }
}
