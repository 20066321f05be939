package org.edgeways.settings.control;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.edgeways.base.Result;
import org.edgeways.settings.control.ControlMessage.CertificateDue;
import org.edgeways.settings.control.ControlMessage.CertificateIssued;
import org.edgeways.settings.control.ControlMessage.CertificateRequest;
import org.edgeways.settings.control.ControlMessage.ConnectorCertificate;
import org.edgeways.settings.control.ControlMessage.ConnectorHello;
import org.edgeways.settings.control.ControlMessage.ConnectorRequest;
import org.edgeways.settings.control.ControlMessage.Hello;
import org.edgeways.settings.control.ControlMessage.Refusal;
import org.edgeways.settings.control.ControlMessage.RefusedSerials;
import org.edgeways.settings.control.ControlMessage.Report;
import org.edgeways.settings.control.ControlMessage.SnapshotPush;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.RecordReader;
import org.edgeways.settings.form.RecordWriter;
import org.edgeways.settings.text.JsonText;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.settings.text.TextLimits;

/**
 * Messages as JSON: one object with the key {@code type} and those of the record. Reading is strict: an unknown type, an
 * unknown key and a value out of range are refused.
 */
public final class ControlCodec {

    /** The longest message, in bytes; the longest that the Link carries. */
    public static final int MOST_BYTES = 4 * 1024 * 1024;

    private static final TextLimits LIMITS = new TextLimits(MOST_BYTES, 6, 10_000);
    private static final String TYPE = "type";

    private ControlCodec() {}

    private static final Map<String, RecordForm> TYPES = Map.ofEntries(
            Map.entry("hello", RecordForm.of(Hello.class)),
            Map.entry("snapshot", RecordForm.of(SnapshotPush.class)),
            Map.entry("report", RecordForm.of(Report.class)),
            Map.entry("certificate-request", RecordForm.of(CertificateRequest.class)),
            Map.entry("certificate-issued", RecordForm.of(CertificateIssued.class)),
            Map.entry("certificate-due", RecordForm.of(CertificateDue.class)),
            Map.entry("refusal", RecordForm.of(Refusal.class)),
            Map.entry("connector-hello", RecordForm.of(ConnectorHello.class)),
            Map.entry("connector-request", RecordForm.of(ConnectorRequest.class)),
            Map.entry("connector-certificate", RecordForm.of(ConnectorCertificate.class)),
            Map.entry("refused-serials", RecordForm.of(RefusedSerials.class)));

    /** The word that tells what a message is. */
    public static String type(ControlMessage message) {
        return switch (message) {
            case Hello hello -> "hello";
            case SnapshotPush push -> "snapshot";
            case Report report -> "report";
            case CertificateRequest request -> "certificate-request";
            case CertificateIssued issued -> "certificate-issued";
            case CertificateDue due -> "certificate-due";
            case Refusal refusal -> "refusal";
            case ConnectorHello hello -> "connector-hello";
            case ConnectorRequest request -> "connector-request";
            case ConnectorCertificate issued -> "connector-certificate";
            case RefusedSerials refused -> "refused-serials";
        };
    }

    /** The message as bytes. */
    public static byte[] write(ControlMessage message) {
        String type = type(message);
        RecordForm form = Objects.requireNonNull(TYPES.get(type));
        return RecordWriter.json(Map.of(TYPE, type), form, (Record) message).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what {@link #write} wrote. Whatever the bytes are, the answer is a value. */
    public static Result<ControlMessage> read(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            return Result.bad(
                    SettingsErrorCode.MESSAGE_TOO_LONG, MOST_BYTES, "the message has " + bytes.length + " bytes");
        }
        Optional<String> text = JsonText.utf8(bytes);
        if (text.isEmpty()) {
            return malformed("the message is no text in UTF-8");
        }
        Problems problems = new Problems();
        Optional<Node.Table> table = JsonText.read(text.get(), LIMITS, problems);
        if (table.isEmpty()) {
            return malformed(problems);
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>(table.get().entries());
        Node.Entry type = entries.remove(TYPE);
        RecordForm known = type != null && type.value() instanceof Node.Text word ? TYPES.get(word.value()) : null;
        if (known == null) {
            return malformed("the key type must be one of "
                    + String.join(
                            ", ", List.copyOf(TYPES.keySet()).stream().sorted().toList()));
        }
        Node rest = new Node.Table(table.get().place(), entries);
        Record record = RecordReader.read(known, rest, "", problems).value();
        return problems.isEmpty() ? Result.ok((ControlMessage) record) : malformed(problems);
    }

    private static Result<ControlMessage> malformed(Problems problems) {
        return malformed(problems.all().getFirst().text());
    }

    private static Result<ControlMessage> malformed(String reason) {
        return Result.bad(SettingsErrorCode.MESSAGE_MALFORMED, 0, reason);
    }
}
