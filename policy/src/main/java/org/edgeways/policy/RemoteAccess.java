package org.edgeways.policy;

/** Who may sign in from where. */
public final class RemoteAccess {

    private RemoteAccess() {}

    /** May a person with these rights sign in from there? */
    public static Decision decide(PersonRights rights, Origin origin) {
        return switch (origin) {
            case INSIDE -> Decision.allow("sign-in-inside", "Everybody may sign in inside");
            case OUTSIDE ->
                rights.remoteAccess()
                        ? Decision.allow("remote-access-granted", "You may sign in from outside")
                        : Decision.refuse(
                                "remote-access-not-granted",
                                "You may not sign in from outside your organisation's network");
        };
    }
}
