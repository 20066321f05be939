package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.Retired;
import org.edgeways.settings.form.TextForm;

/** An edge node. */
@Retired(key = "node", instead = "it is the document's name")
@Retired(key = "data", instead = "edgeways edge --data DIR says where its data is")
@Retired(key = "sipDomains", instead = "they are in the document of kind Organisation")
@Retired(key = "insideNames", instead = "they are in the document of kind Organisation")
@Retired(key = "hideTopology", instead = "it is in the document of kind Organisation")
@Retired(key = "nextHop", instead = "write a document of kind Route")
@Retired(key = "outside", instead = "it is called access")
@Retired(key = "link", instead = "it is called insideLeg")
@Retired(key = "limits", instead = "they are in a document of kind AccessSettings, which access.settings names")
public record EdgeNode(
        @Key(says = "The site that it belongs to.", form = TextForm.NAME, refers = "Site")
        Optional<String> site,

        @Key(
                says =
                        "What the node is: access, the SIP proxy for users outside; and av, the relay for audio and video, which goes "
                                + "only together with access. The roles conferencing and publishing are reserved.",
                usual = "access",
                atLeast = 1,
                atMost = 4,
                restart = true)
        List<Role> roles,

        @Key(says = "What clients outside see and connect to; needed for the role access.")
        Optional<Access> access,

        @Key(says = "The relay for audio and video; needed for the role av.")
        Optional<AvRole> av,

        @Key(says = "Where the inside connects to this node.")
        InsideLeg insideLeg,

        @Key(
                says =
                        "The IPv4 address that clients outside see when the node stands behind static address translation."
                                + " The role access needs none; the role av gives relayed addresses with it.",
                form = TextForm.ADDRESS,
                restart = true)
        Optional<String> publicAddress,

        @Key(says = "The listener for metrics and health.", restart = true)
        Optional<AdminListener> admin,

        @Key(says = "How often the certificate files are looked at.", usual = "10s", least = "100ms", most = "1d")
        Duration certificateCheck)
        implements Checked {

    /** The role access. */
    @Retired(key = "certificate", instead = "name a document of kind Certificate in certificates")
    @Retired(key = "key", instead = "name a document of kind Certificate in certificates")
    @Retired(key = "limits", instead = "they are in a document of kind AccessSettings, which settings names")
    public record Access(
            @Key(says = "The name in Record-Route and Contact that the node writes.", form = TextForm.HOST)
            String host,

            @Key(says = "Other names and addresses by which clients reach it.", usual = "", form = TextForm.HOST)
            List<String> aliases,

            @Key(
                    says = "Local addresses to listen on; without it, all.",
                    usual = "0.0.0.0, ::",
                    form = TextForm.ADDRESS,
                    atLeast = 1,
                    restart = true)
            List<String> addresses,

            @Key(says = "The port of SIP over TLS.", usual = "443", least = "1", most = "65535", restart = true)
            int sipTlsPort,

            @Key(says = "Whether SIP over secure WebSocket, path /sip, is offered.", usual = "true", restart = true)
            boolean webSocket,

            @Key(
                    says = "The port of SIP over secure WebSocket; without it, the same as sipTlsPort.",
                    least = "1",
                    most = "65535",
                    restart = true)
            Optional<Integer> webSocketPort,

            @Key(
                    says =
                            "Web origins whose pages may connect, and ask for relay credentials, and nobody else by WebSocket; without"
                                    + " any, pages of this node's own names, and clients that are no browser.",
                    usual = "",
                    form = TextForm.WEB_ORIGIN,
                    atMost = 1_000)
            List<String> origins,

            @Key(
                    says =
                            "The certificates that clients are shown, by the name that they ask for; the first where none fits. "
                                    + "Without any, one that the node makes for itself.",
                    usual = "",
                    form = TextForm.NAME,
                    refers = "Certificate")
            List<String> certificates,

            @Key(says = "The limits; without it, the usual ones.", form = TextForm.NAME, refers = "AccessSettings")
            Optional<String> settings)
            implements Checked {

        public Access {
            aliases = List.copyOf(aliases);
            addresses = List.copyOf(addresses);
            origins = List.copyOf(origins);
            certificates = List.copyOf(certificates);
        }

        @Override
        public void check(Disagreements found) {
            Twice.tell("addresses", addresses, found);
            Twice.tell("certificates", certificates, found);
            if (!webSocket && webSocketPort.isPresent()) {
                found.add("webSocketPort", "is said, but webSocket is false");
            }
        }
    }

    /** The leg towards the inside. */
    @Retired(key = "certificate", instead = "the inside issues it when the node joins")
    @Retired(key = "key", instead = "the node makes it when it joins")
    @Retired(key = "authority", instead = "the inside tells it when the node joins")
    @Retired(key = "limits", instead = "they are in a document of kind AccessSettings, below link")
    public record InsideLeg(
            @Key(says = "The node's name on it, also in its certificate.", form = TextForm.HOST, restart = true)
            String host,

            @Key(
                    says =
                            "Local addresses to listen on: those that only the inside reaches. 0.0.0.0 and :: are all, the outside ones too.",
                    form = TextForm.ADDRESS,
                    atLeast = 1,
                    restart = true)
            List<String> addresses,

            @Key(says = "The port of mutual TLS.", usual = "5062", least = "1", most = "65535", restart = true)
            int port,

            @Key(says = "Where the inside dials; without it, host.", form = TextForm.HOST)
            Optional<String> dialAddress,

            @Key(says = "The port that the inside dials; without it, port.", least = "1", most = "65535")
            Optional<Integer> dialPort,

            @Key(says = "How many connections the inside keeps open.", usual = "4", least = "1", most = "16")
            int connections)
            implements Checked {

        public InsideLeg {
            addresses = List.copyOf(addresses);
        }

        /** Where the inside dials. */
        public String dialledAddress() {
            return dialAddress.orElse(host);
        }

        /** The port that the inside dials. */
        public int dialledPort() {
            return dialPort.orElse(port);
        }

        @Override
        public void check(Disagreements found) {
            Twice.tell("addresses", addresses, found);
        }
    }

    /** Where clients reach its relay, if it has one. */
    public Optional<RelayPlace> relayPlace() {
        return roles.contains(Role.AV)
                ? access.flatMap(shared -> av.map(relay -> RelayPlace.of(shared, relay, publicAddress)))
                : Optional.empty();
    }

    /** The address of the relay to which the host of access does not lead, as far as one can tell. */
    private static Optional<String> isElsewhere(AvRole av, Access access) {
        List<String> there = access.addresses();
        if (there.contains("0.0.0.0") || there.contains("::")) {
            return Optional.empty();
        }
        boolean nowhere = av.addresses().stream().noneMatch(there::contains);
        return av.addresses().stream()
                .filter(address -> !there.contains(address)
                        && (nowhere || there.stream().anyMatch(other -> isIpv6(other) == isIpv6(address))))
                .findFirst();
    }

    private static boolean isIpv6(String address) {
        return address.contains(":");
    }

    public EdgeNode {
        roles = List.copyOf(roles);
    }

    @Override
    public void check(Disagreements found) {
        for (int i = 0; i < roles.size(); i++) {
            if (!roles.get(i).isServed()) {
                found.add("roles[" + i + "]", "is a role that this version cannot serve yet; it serves access and av");
            } else if (roles.indexOf(roles.get(i)) < i) {
                found.add("roles[" + i + "]", "names a role a second time");
            }
        }
        if (roles.contains(Role.ACCESS) && access.isEmpty()) {
            found.add("access", "is missing, but the node has the role access");
        }
        if (roles.contains(Role.AV)) {
            if (av.isEmpty()) {
                found.add("av", "is missing, but the node has the role av");
            }
            if (!roles.contains(Role.ACCESS)) {
                found.add(
                        "roles", "name av without access: in this version a relay shares its node with an Access Edge");
            }
            if (access.isPresent() && av.isPresent() && av.get().host().isEmpty()) {
                isElsewhere(av.get(), access.get())
                        .ifPresent(address -> found.add(
                                "av.host",
                                "is missing, but " + address + " of av.addresses is none of access.addresses: say by"
                                        + " what name or address clients reach it over UDP"));
            }
        }
        if (publicAddress.isPresent() && publicAddress.get().contains(":")) {
            found.add("publicAddress", "must be an IPv4 address: " + publicAddress.get());
        }
    }
}
