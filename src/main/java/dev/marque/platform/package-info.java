/** What the program stands on: settings, database, migrations, metrics, health. */
@NullMarked
package dev.marque.platform;

import org.jspecify.annotations.NullMarked;
