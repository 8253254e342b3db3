// The engine's own worker, whose jobs are done by who reads its standard output: for runs of Bull's test
// suite with a worker of ours behind it (suite/README.md).
//
// It writes, a JSON object a line:
//   {"event": "run", "run": n, "id": ...}       the job is to be done
//   {"event": "stop", "run": n}                 its answer is not waited for any more
//   {"event": "completed" | "failed" | "delayed", "id": ..., "text": ...}   the job's attempt is settled
//   {"event": "recovered" | "stalled_out", "id": ...}, {"event": "stopped"}
// and reads:
//   {"op": "slots", "count": n}                 works on so many jobs more at a time
//   {"op": "done", "run": n, "result": text} or {"op": "done", "run": n, "error": text, "final": bool}
//   {"op": "stop", "grace": ms}                 takes no more jobs; `slots` begins anew
//   {"op": "clock", "now": ms or null}          its clock stands there, or goes as the system's again
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>

#include "adapters/store_bull/bull_store.hpp"
#include "driver_options.hpp"
#include "engine/event_relay.hpp"
#include "engine/worker.hpp"

namespace cutroom::bull_test {

using Tell = std::function<void(boost::json::object)>;

// Asks for each job to be done, and waits for the answer.
class ToldPath final : public engine::JobPath {
 public:
  ToldPath(boost::asio::io_context& io, Tell tell) : tell_(std::move(tell)), answered_(io.get_executor()) {}

  boost::asio::awaitable<Result<std::string>> run(engine::Attempt&) override;
  boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string&) override { co_return; }

  void answer(const boost::json::object&);

 private:
  Tell tell_;
  engine::Signal answered_;
  std::int64_t last_run_ = 0;
  std::map<std::int64_t, std::optional<Result<std::string>>> runs_;
};

// Follows the clock of the tests, which many of them stop and turn.
class ToldClock final : public Clock {
 public:
  TimePoint now() const override { return told.value_or(SystemClock().now()); }
  std::optional<TimePoint> told;
};

// Says what has become of jobs at once, as Bull does: before the slot's next job begins.
class ToldEvents final : public engine::EventRelay {
 public:
  explicit ToldEvents(Tell tell) : tell_(std::move(tell)) {}
  void publish(engine::Event) override;

 private:
  Tell tell_;
};

class Bridge {
 public:
  Bridge(boost::asio::io_context&, store_bull::BullStore&, const DriverOptions&, Tell);
  ~Bridge();

  void start();
  // What one line says.
  void hear(const boost::json::object&);

 private:
  boost::asio::awaitable<void> recover();
  boost::asio::awaitable<void> stop(Millis grace);

  boost::asio::io_context& io_;
  store_bull::BullStore& store_;
  const DriverOptions& options_;
  Tell tell_;
  ToldPath path_;
  ToldClock clock_;
  ToldEvents events_;
  engine::EventHub hub_;
  engine::Announcer announcer_;
  engine::Estimator estimator_;
  std::list<engine::Worker> workers_;
  bool is_recovering_ = false;
};

}  // namespace cutroom::bull_test
