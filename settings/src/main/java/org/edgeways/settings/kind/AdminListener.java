package org.edgeways.settings.kind;

import java.util.List;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** Where metrics and health are told. */
public record AdminListener(
        @Key(
                says =
                        "Local addresses to listen on. What is told there is for administrators: no address that others reach.",
                usual = "127.0.0.1",
                form = TextForm.ADDRESS,
                atLeast = 1,
                restart = true)
        List<String> addresses,

        @Key(says = "The port of HTTP.", usual = "9464", least = "1", most = "65535", restart = true)
        int port)
        implements Checked {

    public AdminListener {
        addresses = List.copyOf(addresses);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("addresses", addresses, found);
    }
}
