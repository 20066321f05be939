/** The client side of a running pool's administration socket. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.admin;
