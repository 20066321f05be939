package org.edgeways.app.role;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.base.Result;
import org.edgeways.control.AuditEvent;
import org.edgeways.control.AuditQuestion;
import org.edgeways.control.Control;
import org.edgeways.control.ControlErrorCode;
import org.edgeways.control.ControlStatus;
import org.edgeways.control.EdgeNodeStatus;
import org.edgeways.control.IssuedCertificate;
import org.edgeways.control.NewBundle;
import org.edgeways.control.NodeReport;
import org.edgeways.link.NodeStatus;
import org.edgeways.net.Pem;
import org.edgeways.pool.admin.AdminErrorCode;
import org.edgeways.pool.admin.MoreCommands;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.kind.Role;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out administrators' requests about edge nodes, their settings and their certificates. */
final class ControlCommands implements MoreCommands {

    /** What it carries out. */
    static final String NAMES =
            "node-enroll, node-remove, node-drain, node-resume, connector-enroll, certificate-issue, certificate-list,"
                    + " certificate-refuse, certificate-renew, status, audit-list, settings-reload";

    private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<ErrorCode> LACKING = Set.of(
            ControlErrorCode.NODE_NOT_IN_SETTINGS,
            ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS,
            ControlErrorCode.HOST_NOT_IN_SETTINGS);
    private static final int MOST_EVENTS = 1_000;
    private static final int HEXADECIMAL = 16;
    private static final Pattern SERIAL = Pattern.compile("[0-9a-fA-F]{1,40}");

    private final Control control;
    private final Supplier<List<NodeStatus>> links;
    private final Supplier<List<String>> restartNeeded;

    /**
     * @param links how it stands with the Link to each node
     * @param restartNeeded the keys of this inside that have changed and that it takes only when it is started again
     */
    ControlCommands(Control control, Supplier<List<NodeStatus>> links, Supplier<List<String>> restartNeeded) {
        this.control = control;
        this.links = links;
        this.restartNeeded = restartNeeded;
    }

    @Override
    public String names() {
        return NAMES;
    }

    @Override
    public @Nullable ObjectNode carryOut(String command, JsonNode request) {
        try {
            return switch (command) {
                case "node-enroll" -> answer(settled(() -> control.enroll(text(request, "name"))), this::enrolled);
                case "node-remove" -> answer(control.remove(text(request, "name")), name -> good().put("name", name));
                case "node-drain" -> answer(control.drain(text(request, "name"), true), this::drained);
                case "node-resume" -> answer(control.drain(text(request, "name"), false), this::drained);
                case "connector-enroll" -> certify(text(request, "name"), text(request, "request"));
                case "certificate-issue" -> certifyServer(text(request, "host"), text(request, "request"));
                case "certificate-list" -> certificates();
                case "certificate-refuse" -> refuse(text(request, "serial"));
                case "certificate-renew" -> renew(text(request, "serial"));
                case "status" -> status();
                case "audit-list" -> events(request);
                case "settings-reload" -> reload();
                default -> null;
            };
        } catch (RuntimeException e) { // the store's, or that of who was to be told
            LOG.error("event=control-command-failed code={} command={}", AdminErrorCode.FAILED.code(), command, e);
            return refused(AdminErrorCode.FAILED, AdminErrorCode.FAILED.meaning(), "look at the pool's log");
        }
    }

    private static String text(JsonNode request, String name) {
        return request.path(name).asText("");
    }

    private static ObjectNode good() {
        return JSON.createObjectNode().put("ok", true);
    }

    private static <T> ObjectNode answer(Result<T> result, Function<T, ObjectNode> good) {
        return switch (result) {
            case Result.Ok<T>(T value) -> good.apply(value);
            case Result.Bad<T> bad -> {
                int end = bad.reason().indexOf("; ");
                yield end < 0
                        ? refused(bad.code(), bad.reason(), "edgeways node --help shows what can be done")
                        : refused(
                                bad.code(),
                                bad.reason().substring(0, end),
                                bad.reason().substring(end + 2));
            }
        };
    }

    private static ObjectNode refused(ErrorCode code, String problem, String next) {
        return JSON.createObjectNode()
                .put("ok", false)
                .put("code", code.code())
                .put("problem", problem)
                .put("next", next);
    }

    /**
     * Asks with the settings that are in the directory now: a document that was just written there may not have been looked at
     * yet.
     */
    private <T> Result<T> settled(Supplier<Result<T>> ask) {
        Result<T> first = ask.get();
        if (!(first instanceof Result.Bad<T> bad) || !LACKING.contains(bad.code())) {
            return first;
        }
        if (control.reload() instanceof SettingsDirectory.Outcome.Kept kept) {
            String problem = bad.reason().split("; ", 2)[0];
            return Result.bad(
                    bad.code(),
                    bad.offset(),
                    problem + "; those in the directory are not in use: "
                            + kept.bad().shortly());
        }
        return ask.get();
    }

    /** With whether the node has something that drains. */
    private ObjectNode drained(String node) {
        boolean relays = control.status().nodes().stream()
                .anyMatch(status -> status.name().equals(node) && status.roles().contains(Role.AV));
        return good().put("name", node).put("relays", relays);
    }

    private ObjectNode enrolled(NewBundle bundle) {
        return good().put("name", bundle.node())
                .put("expires", bundle.expires().toString())
                .put("bundle", bundle.text());
    }

    private ObjectNode certify(String connector, String request) {
        return certified(connector, request, der -> control.certify(connector, der));
    }

    private ObjectNode certifyServer(String host, String request) {
        ObjectNode answer = certified(host, request, der -> control.certifyServer(host, der));
        return answer.path("ok").asBoolean() ? answer.put("revocations", control.revocations()) : answer;
    }

    private ObjectNode certified(String name, String request, Function<byte[], Result<List<X509Certificate>>> certify) {
        Result<List<X509Certificate>> chain = switch (Pem.request(request)) {
            case Result.Bad<byte[]> bad -> bad.as();
            case Result.Ok<byte[]>(byte[] der) -> settled(() -> certify.apply(der));
        };
        return answer(
                chain,
                issued -> good().put("name", name)
                        .put("chain", Pem.text(issued))
                        .put(
                                "expires",
                                issued.getFirst().getNotAfter().toInstant().toString()));
    }

    private ObjectNode certificates() {
        ObjectNode answer = good();
        ArrayNode list = answer.putArray("certificates");
        control.certificates()
                .forEach(certificate -> describe(certificate, list.addObject(), control.isInUse(certificate)));
        return answer;
    }

    /** Says of it whether it was in use before: what is to be done then is another thing. */
    private ObjectNode refuse(String serial) {
        Set<BigInteger> inUse = control.certificates().stream()
                .filter(control::isInUse)
                .map(IssuedCertificate::serial)
                .collect(Collectors.toSet());
        return ofSerial(serial, control::refuse, certificate -> {
            IssuedCertificate refused = control.certificates().stream()
                    .filter(each -> each.serial().equals(certificate.serial()))
                    .findFirst()
                    .orElse(certificate);
            return describe(refused, good(), inUse.contains(certificate.serial()));
        });
    }

    private ObjectNode renew(String serial) {
        return ofSerial(
                serial, control::renew, certificate -> describe(certificate, good(), control.isInUse(certificate)));
    }

    private static ObjectNode ofSerial(
            String serial,
            Function<BigInteger, Result<IssuedCertificate>> done,
            Function<IssuedCertificate, ObjectNode> shown) {
        if (!SERIAL.matcher(serial).matches()) {
            return refused(
                    ControlErrorCode.CERTIFICATE_UNKNOWN,
                    "a serial number has 1 to 40 hexadecimal digits",
                    "edgeways certificate list shows them");
        }
        return answer(done.apply(new BigInteger(serial, HEXADECIMAL)), shown);
    }

    private static ObjectNode describe(IssuedCertificate certificate, ObjectNode into, boolean inUse) {
        Instant refused = certificate.refused();
        return into.put("serial", certificate.serial().toString(HEXADECIMAL))
                .put("kind", certificate.kind().word())
                .put("name", certificate.name())
                .put("issued", certificate.issued().toString())
                .put("expires", certificate.expires().toString())
                .put("refused", refused == null ? null : refused.toString())
                .put("inUse", inUse);
    }

    private ObjectNode reload() {
        return switch (control.reload()) {
            case SettingsDirectory.Outcome.Kept kept ->
                refused(
                        AppErrorCode.SETTINGS_NOT_TAKEN,
                        kept.bad().shortly(),
                        "Correct it; edgeways check DIR tells everything that is wrong.");
            case SettingsDirectory.Outcome.Reloaded _ -> good().put("changed", true);
            case SettingsDirectory.Outcome.Unchanged _ -> good().put("changed", false);
            case SettingsDirectory.Outcome.Unsettled _ ->
                refused(
                        AppErrorCode.SETTINGS_NOT_TAKEN,
                        "somebody is writing to the directory of the settings",
                        "They are taken when two looks find the same; edgeways status shows it.");
        };
    }

    private ObjectNode events(JsonNode request) {
        int most = Math.clamp(request.path("most").asInt(100), 1, MOST_EVENTS);
        List<AuditEvent> found = control.events(new AuditQuestion(
                request.path("before").asLong(Long.MAX_VALUE),
                text(request, "event"),
                text(request, "name"),
                most + 1)); // one more says whether there are more
        ObjectNode answer = good().put("more", found.size() > most);
        ArrayNode list = answer.putArray("events");
        for (AuditEvent event : found.subList(0, Math.min(most, found.size()))) {
            list.addObject()
                    .put("number", event.number())
                    .put("at", event.at().toString())
                    .put("event", event.event())
                    .put("name", event.name())
                    .put("detail", event.detail());
        }
        return answer;
    }

    private ObjectNode status() {
        ControlStatus status = control.status();
        Map<String, NodeStatus> byName =
                links.get().stream().collect(Collectors.toMap(NodeStatus::node, Function.identity()));
        ObjectNode answer = good().put("authorityEnd", status.authorityEnd().toString())
                .put("serviceEnd", status.serviceEnd().toString())
                .put("serviceSerial", status.serviceSerial().toString(HEXADECIMAL))
                .put("refusedCertificates", status.refusedCertificates());
        answer.put("settingsProblem", status.settingsProblem().orElse(null));
        ArrayNode restart = answer.putArray("restartNeeded");
        restartNeeded.get().forEach(restart::add);
        ArrayNode nodes = answer.putArray("nodes");
        ArrayNode connectors = answer.putArray("connectors");
        status.connectors()
                .forEach(connector -> connectors
                        .addObject()
                        .put("name", connector.name())
                        .put("inSettings", connector.inSettings())
                        .put("certificateEnd", text(connector.certificateEnd())));
        ArrayNode servers = answer.putArray("servers");
        status.servers()
                .forEach(server -> servers.addObject()
                        .put("host", server.host())
                        .put("inSettings", server.inSettings())
                        .put("certificateEnd", text(server.certificateEnd())));
        status.nodes().forEach(node -> describe(node, byName.get(node.name()), nodes.addObject()));
        return answer;
    }

    private static void describe(EdgeNodeStatus node, @Nullable NodeStatus link, ObjectNode into) {
        into.put("name", node.name())
                .put("joined", text(node.joined()))
                .put("bundleUntil", text(node.bundle()))
                .put("connected", node.connected())
                .put("draining", node.draining())
                .put("meant", node.meant())
                .put("upToDate", node.isUpToDate())
                .put("aheadAt", text(node.ahead()))
                .put("certificateEnd", text(node.certificateEnd()));
        ArrayNode roles = into.putArray("roles");
        node.roles().forEach(role -> roles.add(role.name().toLowerCase(Locale.ROOT)));
        if (link != null) {
            into.putObject("link")
                    .put("open", link.open().size())
                    .put("wanted", link.wanted())
                    .put("draining", link.draining())
                    .put(
                            "lastFailure",
                            link.lastFailure()
                                    .map(failure -> failure.address() + ": " + failure.reason())
                                    .orElse(null))
                    .put(
                            "lastFailureAt",
                            link.lastFailure()
                                    .map(failure -> Instant.ofEpochSecond(0, failure.at())
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString())
                                    .orElse(null));
        }
        node.report().ifPresent(report -> report(report, into.putObject("report")));
    }

    private static void report(NodeReport said, ObjectNode into) {
        ControlMessage.Report report = said.report();
        into.put("at", said.at().toString())
                .put("version", LogText.clean(said.version()))
                .put("revision", report.revision());
        report.rejected()
                .ifPresent(rejected -> into.putObject("rejected")
                        .put("revision", rejected.revision())
                        .put("code", rejected.code())
                        .put("reason", LogText.clean(rejected.reason())));
        ArrayNode restart = into.putArray("restartNeeded");
        report.restartNeeded().forEach(key -> restart.add(LogText.clean(key)));
        into.put(
                "certificateEnd",
                report.certificateEndSeconds()
                        .map(seconds -> Instant.ofEpochSecond(seconds).toString())
                        .orElse(null));
        report.relaying().ifPresent(relaying -> relaying(relaying, into.putObject("relaying")));
        ArrayNode shown = into.putArray("shown");
        for (ControlMessage.Shown certificate : report.shown()) {
            shown.addObject()
                    .put("name", LogText.clean(certificate.name()))
                    .put("end", Instant.ofEpochSecond(certificate.endSeconds()).toString())
                    .put("selfSigned", certificate.selfSigned())
                    .put("problem", certificate.problem().map(LogText::clean).orElse(null));
        }
    }

    private static void relaying(ControlMessage.Relaying relaying, ObjectNode into) {
        into.put("draining", relaying.draining()).put("allocations", relaying.allocations());
        ArrayNode busiest = into.putArray("busiest");
        for (ControlMessage.Busy busy : relaying.busiest()) {
            busiest.addObject()
                    .put("person", LogText.clean(busy.person()))
                    .put("client", LogText.clean(busy.client()))
                    .put("since", Instant.ofEpochSecond(busy.sinceSeconds()).toString())
                    .put("bytes", busy.bytes());
        }
    }

    private static @Nullable String text(Optional<Instant> instant) {
        return instant.map(Instant::toString).orElse(null);
    }
}
