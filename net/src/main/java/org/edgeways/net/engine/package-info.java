/** What a connection to a shared port wants, decided from its first bytes: pure functions. */
@org.jspecify.annotations.NullMarked
package org.edgeways.net.engine;
