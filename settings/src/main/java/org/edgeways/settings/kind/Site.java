package org.edgeways.settings.kind;

import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** A place. */
public record Site(
        @Key(says = "What people call it.") Optional<String> description,

        @Key(
                says = "The pool that requests go to from the edge nodes of this site, unless a Route says otherwise.",
                form = TextForm.NAME,
                refers = "Pool")
        Optional<String> pool,

        @Key(
                says =
                        "Networks inside that are there: people in them are told of the relays of this site rather than of"
                                + " others (role av). Of networks of several sites that an address is in, the smallest counts."
                                + " No relay relays to them, of whatever site, unless its av.allow names them; except to other relays"
                                + " that have an address there, and a network of all addresses (/0) forbids nothing.",
                usual = "",
                form = TextForm.NETWORK)
        List<String> networks)
        implements Checked {

    public Site {
        networks = List.copyOf(networks);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("networks", networks, found);
    }
}
