package org.edgeways.policy;

/**
 * What one person may do.
 *
 * @param remoteAccess may sign in from outside the organisation's network
 */
public record PersonRights(boolean remoteAccess) {}
