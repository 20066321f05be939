package org.edgeways.settings.kind;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.TextForm;

/** The kinds of documents. */
public enum Kind {
    /** See {@link Organisation}. */
    ORGANISATION(
            "Organisation",
            Organisation.class,
            "The organisation: its SIP domains, and what of its inside nobody outside may read. There is exactly one."),
    /** See {@link Site}. */
    SITE("Site", Site.class, "A place of the organisation."),
    /** See {@link EdgeNode}. */
    EDGE_NODE("EdgeNode", EdgeNode.class, "One host in the perimeter network. Its name is in its certificate."),
    /** See {@link Pool}. */
    POOL(
            "Pool",
            Pool.class,
            "An inside server. This version runs one. Its name is that of its service in its certificate, and changes with a restart."),
    /** See {@link Connector}. */
    CONNECTOR(
            "Connector",
            Connector.class,
            "The inside end of the Link in front of an existing SIP server. Its name is that of its service in its certificate."),
    /** See {@link Route}. */
    ROUTE(
            "Route",
            Route.class,
            "Where requests of people outside go, by the SIP domain in which they sign in, whomever the requests are for: that server knows them. What is for people of a domain that another server has it must pass on inside; the pool does not. Without any Route, all go to the pool of the node's site, or to the only pool or connector."),
    /** See {@link Service}. */
    SERVICE("Service", Service.class, "A web service inside that edge nodes may ask for over the Link, by its name."),
    /** See {@link AccessSettings}. */
    ACCESS_SETTINGS("AccessSettings", AccessSettings.class, "Limits of what edge nodes let in."),
    /** See {@link Certificate}. */
    CERTIFICATE(
            "Certificate",
            Certificate.class,
            "A certificate for clients, in files on the host that shows it; they are read again when they change.");

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // it is, but its annotations and reflected members cannot say so
    private final RecordForm form;

    private final String says;

    Kind(String word, Class<? extends Record> type, String says) {
        this.word = word;
        this.form = RecordForm.of(type);
        this.says = says;
    }

    /** How it is written. */
    public String word() {
        return word;
    }

    /** What its {@code spec} is. */
    public RecordForm form() {
        return form;
    }

    /** What the names of its documents are like. Those that stand in certificates are labels of host names there. */
    public TextForm nameForm() {
        return switch (this) {
            case EDGE_NODE, POOL, CONNECTOR -> TextForm.LABEL;
            case ORGANISATION, SITE, ROUTE, SERVICE, ACCESS_SETTINGS, CERTIFICATE -> TextForm.NAME;
        };
    }

    /** What it is, for the reference page. */
    public String says() {
        return says;
    }

    /** The kind that is written so. */
    public static Optional<Kind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    /** How all are written. */
    public static List<String> words() {
        return Arrays.stream(values()).map(Kind::word).toList();
    }
}
