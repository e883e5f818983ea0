package dev.marque.prediction;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowStream;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;

/**
 * A stream of rows that are fetched in small chunks, so that memory use does not depend on their
 * number. Holds a connection until it is closed.
 */
final class PredictionStream {

  private static final int FETCH_SIZE = 1000;

  private final SqlConnection connection;
  private final Transaction transaction;
  private final RowStream<Row> rows;

  private PredictionStream(SqlConnection connection, Transaction transaction, RowStream<Row> rows) {
    this.connection = connection;
    this.transaction = transaction;
    this.rows = rows;
  }

  static Future<PredictionStream> open(Pool pool, String sql, Tuple parameters) {
    return pool.getConnection()
        .compose(
            connection ->
                open(connection, sql, parameters).onFailure(failed -> connection.close()));
  }

  private static Future<PredictionStream> open(
      SqlConnection connection, String sql, Tuple parameters) {
    // A cursor needs a transaction; its query sees a single snapshot of the rows.
    return connection
        .begin()
        .compose(
            transaction ->
                connection
                    .prepare(sql)
                    .map(
                        statement ->
                            new PredictionStream(
                                connection, transaction, stream(statement, parameters))));
  }

  private static RowStream<Row> stream(PreparedStatement statement, Tuple parameters) {
    return statement.createStream(FETCH_SIZE, parameters);
  }

  /** Returns the rows as a paused stream; convert them with {@link PredictionRows#read}. */
  RowStream<Row> rows() {
    return rows;
  }

  /** Releases the connection; the caller that opened the stream must always call this method. */
  Future<Void> close() {
    return rows.close().eventually(transaction::rollback).eventually(connection::close);
  }
}
