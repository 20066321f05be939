package org.edgeways.accounts;

/**
 * The limits on people and their device passwords.
 *
 * @param people how many people in all; default 100,000
 * @param devicesPerPerson how many device passwords that are not revoked one person may have; default 20
 * @param revokedKept how many revoked ones stay listed, the newest; default 20
 */
public record AccountLimits(int people, int devicesPerPerson, int revokedKept) {

    /** The defaults. */
    public static final AccountLimits DEFAULT = new AccountLimits(100_000, 20, 20);

    public AccountLimits {
        if (people < 1 || devicesPerPerson < 1 || revokedKept < 0) {
            throw new IllegalArgumentException("limits on people and device passwords are positive");
        }
    }
}
