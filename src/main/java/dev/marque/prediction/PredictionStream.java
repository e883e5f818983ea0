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
 * Rows that come from the database in small portions, so that a list of any length needs the same
 * little memory. Holds a connection until it is closed.
 */
final class PredictionStream {

  private static final int PORTION = 1000;

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
    // A cursor lives in a transaction, which also makes the rows those of one moment.
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
    return statement.createStream(PORTION, parameters);
  }

  /** The rows, paused; read them with {@link Predictions#prediction}. */
  RowStream<Row> rows() {
    return rows;
  }

  /** Gives the connection back; whoever opened the stream must call it in any case. */
  Future<Void> close() {
    return rows.close().eventually(transaction::rollback).eventually(connection::close);
  }
}
