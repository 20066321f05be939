/** An inside and a perimeter in one process on loopback, and the scenarios that check them. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.demo;
