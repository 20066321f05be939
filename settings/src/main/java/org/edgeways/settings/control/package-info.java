/** What the inside and an edge node say to each other on the control stream of the Link. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.control;
