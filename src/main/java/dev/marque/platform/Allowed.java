package dev.marque.platform;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The values that a setting takes, in the words of the message that refuses another one. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Allowed {

  String value();

  /** A value that must not be shown, not even in the message that refuses it. */
  boolean secret() default false;
}
