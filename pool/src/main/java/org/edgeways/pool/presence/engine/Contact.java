package org.edgeways.pool.presence.engine;

/**
 * One entry of a person's contact list.
 *
 * @param owner whose list
 * @param address the contact's address of record
 * @param name how the owner calls them; may be empty
 */
public record Contact(String owner, String address, String name) {}
