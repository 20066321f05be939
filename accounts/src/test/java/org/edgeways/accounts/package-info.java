@org.jspecify.annotations.NullMarked
package org.edgeways.accounts;
