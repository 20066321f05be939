package org.edgeways.accounts;

/** A password on its way through: it is never written down by accident. */
public final class Secret {

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The password itself. */
    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "***";
    }
}
