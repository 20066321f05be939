package org.edgeways.pool.presence.document;

import java.util.Map;

/** The namespaces of the documents, and the prefixes that everybody uses for them. */
final class XmlNames {

    static final String PIDF = "urn:ietf:params:xml:ns:pidf";
    static final String DATA_MODEL = "urn:ietf:params:xml:ns:pidf:data-model";
    static final String RPID = "urn:ietf:params:xml:ns:pidf:rpid";

    /** RPID before it became an RFC, with activities as texts; some desk phones still write it. */
    static final String OLD_RPID = "urn:ietf:params:xml:ns:pidf:status:rpid";

    /** Linphone's: its own devices take somebody as online by this element only. */
    static final String LINPHONE = "http://www.linphone.org/xsds/pidfonline.xsd";

    static final String RLMI = "urn:ietf:params:xml:ns:rlmi";
    static final String WATCHER_INFO = "urn:ietf:params:xml:ns:watcherinfo";
    static final String REG_INFO = "urn:ietf:params:xml:ns:reginfo";
    static final String GRUU_INFO = "urn:ietf:params:xml:ns:gruuinfo";
    static final String XML = "http://www.w3.org/XML/1998/namespace";

    /** Some clients look for {@code rpid:} as text. */
    static final Map<String, String> USUAL_PREFIXES =
            Map.of(DATA_MODEL, "dm", RPID, "rpid", LINPHONE, "pidfonline", GRUU_INFO, "gr");

    private XmlNames() {}
}
