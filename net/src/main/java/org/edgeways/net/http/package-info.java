/** HTTP on a shared port: who answers which path, and who takes a connection over. */
@org.jspecify.annotations.NullMarked
package org.edgeways.net.http;
