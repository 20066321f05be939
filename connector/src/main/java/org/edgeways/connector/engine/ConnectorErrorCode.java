package org.edgeways.connector.engine;

import org.edgeways.base.ErrorCode;

/** Why the connector refuses. The meaning is the reason phrase. */
public enum ConnectorErrorCode implements ErrorCode {
    ROUTE_MISSING("connector-route-missing", 404, "No Route names an edge node"),
    ROUTE_MALFORMED("connector-route-malformed", 400, "Malformed Route"),
    EDGE_UNKNOWN("connector-edge-unknown", 403, "The Route names no edge node of ours"),
    EDGE_UNREACHABLE("connector-edge-unreachable", 480, "The edge node is not connected at the moment"),
    SERVER_UNREACHABLE("connector-server-unreachable", 480, "The SIP server is not reachable at the moment"),
    ACKNOWLEDGEMENT_DROPPED("connector-acknowledgement-dropped", 0, "An ACK led to no edge node"),
    SOURCE_FOREIGN("connector-source-foreign", 0, "Somebody who is not the SIP server connected");

    private final String code;
    private final int status;
    private final String meaning;

    ConnectorErrorCode(String code, int status, String meaning) {
        this.code = code;
        this.status = status;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    /** The SIP status that goes with it; 0 if nothing is answered. */
    public int status() {
        return status;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
