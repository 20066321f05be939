package org.edgeways.control;

/**
 * Which audit events are asked for.
 *
 * @param before only those with a lower number
 * @param event only those with that word of {@link AuditKind}; empty for any
 * @param name only those about that node, service or file; empty for any
 * @param most how many, the newest of them
 */
public record AuditQuestion(long before, String event, String name, int most) {

    /** The newest, whatever they are about. */
    public static AuditQuestion newest(int most) {
        return new AuditQuestion(Long.MAX_VALUE, "", "", most);
    }
}
