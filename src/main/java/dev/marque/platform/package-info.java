/** The foundations of the program: settings, database, migrations, metrics, health. */
@NullMarked
package dev.marque.platform;

import org.jspecify.annotations.NullMarked;
