// A listener to server-sent events over a plain socket, which can break its connection off after any byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cutroom::test {

struct HeardEvent {
  std::string id;
  std::string name;
  std::string data;
  bool operator==(const HeardEvent&) const = default;
};

class EventListener {
 public:
  EventListener(std::uint16_t port, std::string path) : port_(port), path_(std::move(path)) {}

  // Connects and listens, going on after the last whole event; until `bytes_max` bytes have come, answer's
  // head and all, or the server closes, or `enough()` says so after an event. The status; 0 where the
  // connection was cut within the head. `reset`: cuts it off with a reset, not with a close.
  template <class Enough>
  int listen(std::size_t bytes_max, bool reset, Enough enough) {
    Connection connection(*this, reset);
    while (bytes_max > 0) {
      const std::size_t n = connection.read(bytes_max);
      if (n == 0) break;
      bytes_max -= n;
      if (connection.take(events) && enough()) break;
    }
    return connection.status();
  }
  int listen() {
    return listen(SIZE_MAX, false, [] { return false; });
  }

  std::vector<HeardEvent> events;
  std::string last_id;  // Also of a block without an event.

 private:
  class Connection {
   public:
    Connection(EventListener& listener, bool reset);
    ~Connection();
    Connection(const Connection&) = delete;
    // 0: closed by the server.
    std::size_t read(std::size_t bytes_max);
    // Whether something whole has come.
    bool take(std::vector<HeardEvent>& into);
    int status() const { return status_; }

   private:
    EventListener& listener_;
    bool reset_;
    int socket_;
    int status_ = 0;
    std::string text_;  // Not yet taken.
  };

  std::uint16_t port_;
  std::string path_;
};

}  // namespace cutroom::test
