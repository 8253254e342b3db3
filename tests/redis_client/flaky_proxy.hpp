// A TCP proxy on 127.0.0.1 that loses what goes through it, on the test's own loop.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace cutroom::test {

class FlakyProxy {
 public:
  // To 127.0.0.1:`server`.
  FlakyProxy(boost::asio::io_context&, std::uint16_t server);
  ~FlakyProxy();
  FlakyProxy(const FlakyProxy&) = delete;
  FlakyProxy& operator=(const FlakyProxy&) = delete;

  std::uint16_t port() const;
  // From now on every byte vanishes, in both directions, while connections stay open and new ones are taken.
  void swallow(bool);
  // Cuts all connections.
  void cut();
  // Each connection made from now on is cut when it has carried this many bytes, in the middle of whatever it
  // is.
  void cut_after(std::size_t bytes);
  // How many connections there have been.
  std::size_t connections() const;

  struct Inner;

 private:
  std::shared_ptr<Inner> inner_;
};

}  // namespace cutroom::test
