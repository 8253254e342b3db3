// A real redis-server on a free loopback port, in a folder of its own that goes with it.
//
// To be made and destroyed on one thread that lives as long: the server is told to die with its parent's
// thread, so that a test which crashes leaves nothing behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/temporary_folder.hpp"

namespace cutroom::test {

// A port nobody listens on at this moment.
std::uint16_t free_port();

class RedisServer {
 public:
  struct Options {
    bool appendonly = false;
    std::string appendfsync = "everysec";  // With appendonly.
    std::string password{};                // requirepass
    bool cluster = false;
    bool sentinel = false;  // Then `more` says whom to watch.
    // TLS on port(), with this server certificate; commands() goes by a second, plain port.
    std::filesystem::path tls_certificate{};
    std::filesystem::path tls_key{};
    std::filesystem::path tls_ca{};
    // Further lines of redis.conf, e.g. "maxmemory 10mb".
    std::vector<std::string> more{};
  };

  // Returns once it answers PING. Throws with the server's log where it does not.
  RedisServer();
  explicit RedisServer(Options);
  ~RedisServer();  // kill -9 where it still runs.
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string host() const { return "127.0.0.1"; }
  std::uint16_t port() const { return port_; }
  std::uint16_t bus_port() const { return bus_port_; }  // With cluster.
  std::string url() const;
  pid_t pid() const { return pid_; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  // kill -9, and waits for the end.
  void kill();
  // SIGTERM, and waits: with persistence, all is on disk.
  void stop();
  // Starts it again after kill() or stop(), on the same port and folder.
  void restart();
  // The same without waiting for it to answer (it may be loading for long).
  void start_again();
  // SIGSTOP and SIGCONT: it is there and does not answer.
  void freeze();
  void thaw();

  // One command over a connection of its own; the answer as text: an error with its "-", an array's elements
  // one per line, nil as "(nil)". Throws where there is no answer.
  std::string command(const std::vector<std::string>& words) const;
  // The same, and "" where there is no answer: a sentinel cuts a server's connections when it changes its
  // role.
  std::string try_command(const std::vector<std::string>& words) const;
  // "PONG", "-LOADING ...", or "" while it does not listen.
  std::string ping() const { return try_command({"PING"}); }

  // Returns once so many replicas follow it.
  void wait_for_replicas(int n) const;
  // Returns once it is so, looking again at each message of the channel, e.g. a sentinel's "+slave".
  void wait_for_message(const std::string& channel, const std::function<bool()>& so) const;

 private:
  void write_configuration() const;
  void start();
  bool ended();
  void wait_until_it_answers();
  std::string log() const;

  Options options_;
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::uint16_t plain_port_ = 0;  // port_, unless that speaks TLS.
  std::uint16_t bus_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace cutroom::test
