package org.edgeways.settings.kind;

import java.util.List;
import org.edgeways.policy.SipDomains;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.Retired;
import org.edgeways.settings.form.TextForm;

/** The organisation. */
@Retired(key = "nextHop", instead = "write a document of kind Route")
@Retired(key = "domains", instead = "it is called sipDomains")
public record Organisation(
        @Key(
                says = "The SIP domains of the organisation; the first is the default of the realm.",
                form = TextForm.HOST,
                atLeast = 1,
                atMost = SipDomains.MAX_DOMAINS)
        List<String> sipDomains,

        @Key(
                says = "Host names and domain suffixes of the inside that nobody outside may read.",
                usual = "",
                form = TextForm.NAME_SUFFIX,
                atMost = 1_000)
        List<String> insideNames,

        @Key(says = "Whether nothing of the inside is written in what goes outside.", usual = "true")
        boolean hideTopology)
        implements Checked {

    public Organisation {
        sipDomains = List.copyOf(sipDomains);
        insideNames = List.copyOf(insideNames);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("sipDomains", sipDomains, found);
    }
}
