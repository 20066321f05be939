package org.edgeways.sip.fuzz;

import java.nio.charset.StandardCharsets;
import org.edgeways.base.Result;
import org.edgeways.sip.message.CSeq;
import org.edgeways.sip.message.Hosts;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.message.Via;

/** Any text as URI, address, Via, CSeq and parameters: nothing throws, and what was understood reads back the same. */
public final class AddressTarget {

    private AddressTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        Result<Uri> uri = Uri.parse(text);
        Invariant.pointsInto(uri, text);
        if (uri instanceof Result.Ok<Uri>(Uri good)) {
            Invariant.same(Uri.parse(good.toString()), uri, "a URI");
            if (good instanceof SipUri sip) {
                sip(sip);
            }
        }
        Result<NameAddress> address = NameAddress.parse(text);
        Invariant.pointsInto(address, text);
        if (address instanceof Result.Ok<NameAddress>(NameAddress good)) {
            Invariant.same(NameAddress.parse(good.toString()), address, "an address");
            NameAddress tagged = good.withParameter("tag", "t1");
            Invariant.same(tagged.tag(), "t1", "a tag that was set");
            good.plainDisplayName();
            if (!good.isStar()) {
                Invariant.same(NameAddress.parse(tagged.toString()), Result.ok(tagged), "an address with a tag");
            }
        }
        Result<Via> via = Via.parse(text);
        Invariant.pointsInto(via, text);
        if (via instanceof Result.Ok<Via>(Via good)) {
            Invariant.same(Via.parse(good.toString()), via, "a Via");
        }
        Result<CSeq> cseq = CSeq.parse(text);
        Invariant.pointsInto(cseq, text);
        if (cseq instanceof Result.Ok<CSeq>(CSeq good)) {
            Invariant.same(CSeq.parse(good.toString()), cseq, "a CSeq");
        }
        Result<Parameters> parameters = Parameters.parse(text);
        Invariant.pointsInto(parameters, text);
        if (parameters instanceof Result.Ok<Parameters>(Parameters good)) {
            Invariant.same(Parameters.parse(good.toString()), parameters, "parameters");
            for (String name : good.names()) {
                Invariant.that(good.has(name) && !good.without(name).has(name), "a parameter that is taken away");
            }
        }
        Hosts.address(text);
        Hosts.same(text, "[2001:db8::1]");
    }

    private static void sip(SipUri uri) {
        Invariant.that(uri.equivalent(uri), "a URI is its own equal: " + uri);
        Invariant.that(
                Uri.parse(uri.addressOfRecord()) instanceof Result.Ok<Uri>(SipUri record)
                        && record.addressOfRecord().equals(uri.addressOfRecord()),
                "the address of record of " + uri + " is not its own: " + uri.addressOfRecord());
        uri.transport();
        uri.isLooseRouter();
    }
}
