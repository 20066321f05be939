/** Who may do what, as pure functions that answer with a reason. */
@NullMarked
package org.edgeways.policy;

import org.jspecify.annotations.NullMarked;
