package org.edgeways.sip.location;

import java.util.List;

/** What is to be done next to reach a URI. */
public sealed interface LocationStep {

    /** Ask the DNS, all at once, and hand every answer to {@link LocationWalk#answer}. */
    record Ask(List<DnsQuestion> questions) implements LocationStep {}

    /** Try this place; if that fails, take the next step. */
    record Try(Candidate candidate) implements LocationStep {}

    /** There is nothing more to try. */
    record Exhausted() implements LocationStep {}
}
