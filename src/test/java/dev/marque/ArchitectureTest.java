package dev.marque;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rooms of the program, and who may use whom. */
class ArchitectureTest {

  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.marque");

  /** From a room to those that it may use, besides itself. The command line and app use all. */
  private static final Map<String, List<String>> MAY_USE =
      Map.of(
          "account", List.of("web", "platform"),
          "prediction", List.of("vision", "web", "platform"),
          "vision", List.of(),
          "training", List.of("vision"),
          "web", List.of("platform"),
          "platform", List.of());

  /**
   * What the prediction room may know of accounts: who is signed in, and how to hand over their
   * data.
   */
  private static final Set<String> SIGNED_IN_PERSON =
      Set.of(
          "dev.marque.account.User",
          "dev.marque.account.SignedIn",
          "dev.marque.account.Role",
          "dev.marque.account.PersonalData");

  @ParameterizedTest
  @ValueSource(strings = {"account", "prediction", "vision", "training", "web", "platform"})
  void a_room_uses_only_the_rooms_that_it_may(String room) {
    String[] forbidden =
        Stream.concat(MAY_USE.keySet().stream(), Stream.of("app"))
            .filter(other -> !other.equals(room) && !mayUse(room).contains(other))
            .map(ArchitectureTest::inside)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> known =
        room.equals("prediction")
            ? DescribedPredicate.describe(
                "the signed-in person",
                each -> SIGNED_IN_PERSON.contains(each.getName().replaceAll("\\$.*", "")))
            : DescribedPredicate.alwaysFalse();
    noClasses()
        .that()
        .resideInAPackage(inside(room))
        .should()
        .dependOnClassesThat(resideInAnyPackage(forbidden).and(DescribedPredicate.not(known)))
        .check(PROGRAM);
  }

  @Test
  void only_the_command_line_is_above_the_rooms() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.marque")
        .should()
        .dependOnClassesThat(resideInAPackage("dev.marque"))
        .check(PROGRAM);
  }

  @Test
  void there_are_no_cycles() {
    slices().matching("dev.marque.(**)").should().beFreeOfCycles().check(PROGRAM);
  }

  @Test
  void vision_and_training_know_nothing_of_servers() {
    noClasses()
        .that()
        .resideInAnyPackage(inside("vision"), inside("training"))
        .should()
        .dependOnClassesThat(resideInAPackage("io.vertx.."))
        .check(PROGRAM);
  }

  @Test
  void only_the_platform_knows_jdbc() {
    noClasses()
        .that(resideOutsideOfPackages(inside("platform")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.sql..", "org.postgresql..", "org.flywaydb.."))
        .check(PROGRAM);
  }

  @Test
  void names_say_what_a_class_is() {
    classes()
        .should()
        .haveSimpleNameNotEndingWith("Util")
        .andShould()
        .haveSimpleNameNotEndingWith("Utils")
        .andShould()
        .haveSimpleNameNotEndingWith("Helper")
        .andShould()
        .haveSimpleNameNotEndingWith("Manager")
        .andShould()
        .haveSimpleNameNotEndingWith("Impl")
        .andShould()
        .haveSimpleNameNotStartingWith("Base")
        .andShould()
        .haveSimpleNameNotStartingWith("Abstract")
        .check(PROGRAM);
  }

  private static List<String> mayUse(String room) {
    return MAY_USE.getOrDefault(room, List.of());
  }

  private static String inside(String room) {
    return "dev.marque." + room + "..";
  }
}
